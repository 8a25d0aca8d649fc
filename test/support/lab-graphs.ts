/** The built-in graphs as the migration installs them, and what the lab says of them. */
import type { Definition } from '../../src/contracts/graph.js'

/** A built-in definition; none of them names its boxes. */
export type LabGraph = Omit<Definition, 'boxes'>

export const LAB_NETWORK_0: LabGraph = {
  title: 'A first network',
  description: 'One parameter, one node, one cost: the chain rule with a single link.',
  public: true,
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [
    { name: 'a', expression: '2 + 3*w' },
    { name: 'J', expression: 'a^2' },
  ],
  output: 'J',
}

export const LAB_NETWORK_1: LabGraph = {
  title: 'A simple neural network',
  description: 'One neuron with a linear activation and the squared error as its cost.',
  public: true,
  inputs: [
    { name: 'w', role: 'parameter', value: -2 },
    { name: 'x', role: 'data', value: 2 },
    { name: 'b', role: 'parameter', value: 8 },
    { name: 'y', role: 'data', value: 1 },
  ],
  nodes: [
    { name: 'c', expression: 'w*x' },
    { name: 'a', expression: 'c + b' },
    { name: 'd', expression: 'a - y' },
    { name: 'J', expression: 'd^2/2' },
  ],
  output: 'J',
}

export const LOGISTIC_NEURON: LabGraph = {
  title: 'A logistic neuron',
  description: 'Two inputs, a bias, and the logistic function taken apart into its operations.',
  public: true,
  inputs: [
    { name: 'x0', role: 'data', value: 1 },
    { name: 'x1', role: 'data', value: 2 },
    { name: 'y', role: 'data', value: 1 },
    { name: 'w0', role: 'parameter', value: -2 },
    { name: 'w1', role: 'parameter', value: 3 },
    { name: 'b', role: 'parameter', value: -4 },
  ],
  nodes: [
    { name: 'd', expression: 'x0*w0' },
    { name: 'e', expression: 'x1*w1' },
    { name: 'f', expression: 'd + e + b' },
    { name: 'g', expression: '-f' },
    { name: 'h', expression: 'exp(g)' },
    { name: 'i', expression: 'h + 1' },
    { name: 'a', expression: '1/i' },
    { name: 'k', expression: 'y - a' },
    { name: 'L', expression: 'k^2' },
  ],
  output: 'L',
}

export const FAN_OUT: LabGraph = {
  title: 'A weight that works twice',
  description:
    'The node u feeds both the product v and the cost J itself: its gradient is a sum over two paths.',
  public: true,
  inputs: [
    { name: 'w', role: 'parameter', value: 2 },
    { name: 'x', role: 'data', value: 3 },
    { name: 'b', role: 'parameter', value: -1 },
  ],
  nodes: [
    { name: 'u', expression: 'w*x' },
    { name: 'v', expression: 'u*b + 4' },
    { name: 'J', expression: 'v^2 + 5*u' },
  ],
  output: 'J',
}

export const LINEAR_REGRESSION: LabGraph = {
  title: 'Linear regression on a batch',
  description:
    'Four examples at once: a matrix times a vector, a bias that is broadcast, and the mean squared error.',
  public: true,
  inputs: [
    {
      name: 'X',
      role: 'data',
      value: [
        [1, 2],
        [2, 0],
        [0, 1],
        [3, -1],
      ],
    },
    { name: 'y', role: 'data', value: [0, 3, 3, 4] },
    { name: 'w', role: 'parameter', value: [1, -1] },
    { name: 'b', role: 'parameter', value: 2 },
  ],
  nodes: [
    { name: 'u', expression: 'matmul(X, w)' },
    { name: 'p', expression: 'u + b' },
    { name: 'r', expression: 'p - y' },
    { name: 'J', expression: 'mean(r^2)' },
  ],
  output: 'J',
}

export const TWO_LAYER_NETWORK: LabGraph = {
  title: 'A two-layer network with softmax cross-entropy',
  description:
    'Two inputs, three hidden units with relu, three classes: the gradient of the logits is softmax less the target.',
  public: true,
  inputs: [
    { name: 'x', role: 'data', value: [1, 2] },
    { name: 'y', role: 'data', value: [0, 1, 0] },
    {
      name: 'W1',
      role: 'parameter',
      value: [
        [1, 0],
        [-1, 1],
        [1, -1],
      ],
    },
    { name: 'b1', role: 'parameter', value: [1, 0, -1] },
    {
      name: 'W2',
      role: 'parameter',
      value: [
        [1, -1, 2],
        [0, 1, 1],
        [-1, 2, 0],
      ],
    },
    { name: 'b2', role: 'parameter', value: [0, 1, 0] },
  ],
  nodes: [
    { name: 'z1', expression: 'matmul(W1, x) + b1' },
    { name: 'h', expression: 'relu(z1)' },
    { name: 'z2', expression: 'matmul(W2, h) + b2' },
    { name: 'L', expression: '-sum(y*log_softmax(z2))' },
  ],
  output: 'L',
}

/** Key → built-in definition. */
export const BUILT_IN_GRAPHS = {
  'lab-network0': LAB_NETWORK_0,
  'lab-network1': LAB_NETWORK_1,
  'logistic-neuron': LOGISTIC_NEURON,
  'fan-out': FAN_OUT,
  'linear-regression': LINEAR_REGRESSION,
  'two-layer-network': TWO_LAYER_NETWORK,
} as const

/** The lab's 18 boxes in order, with the right values. */
export const LAB_BOXES = {
  'lab-network0': [
    ['a', 11],
    ['J', 121],
    ['dJ_da', 22],
    ['da_dw', 3],
    ['dJ_dw', 66],
  ],
  'lab-network1': [
    ['c', -4],
    ['a', 4],
    ['d', 3],
    ['J', 4.5],
    ['dJ_dd', 3],
    ['dd_da', 1],
    ['dJ_da', 3],
    ['da_dc', 1],
    ['dJ_dc', 3],
    ['da_db', 1],
    ['dJ_db', 3],
    ['dc_dw', 2],
    ['dJ_dw', 6],
  ],
} as const satisfies Record<string, readonly (readonly [string, number])[]>
