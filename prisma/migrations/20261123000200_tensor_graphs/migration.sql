-- Built-in graphs on vectors and matrices.
INSERT INTO graphs (id, tenant_id, key, latest_version, created_at, updated_at)
VALUES
  ('00000000-0000-7000-8000-000000000014', '00000000-0000-7000-8000-000000000001', 'linear-regression', 1, '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z'),
  ('00000000-0000-7000-8000-000000000015', '00000000-0000-7000-8000-000000000001', 'two-layer-network', 1, '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z');

INSERT INTO graph_versions (graph_id, version, definition, created_at)
VALUES
  ('00000000-0000-7000-8000-000000000014', 1, '{
    "title": "Linear regression on a batch",
    "description": "Four examples at once: a matrix times a vector, a bias that is broadcast, and the mean squared error.",
    "public": true,
    "inputs": [
      { "name": "X", "role": "data", "value": [[1, 2], [2, 0], [0, 1], [3, -1]] },
      { "name": "y", "role": "data", "value": [0, 3, 3, 4] },
      { "name": "w", "role": "parameter", "value": [1, -1] },
      { "name": "b", "role": "parameter", "value": 2 }
    ],
    "nodes": [
      { "name": "u", "expression": "matmul(X, w)" },
      { "name": "p", "expression": "u + b" },
      { "name": "r", "expression": "p - y" },
      { "name": "J", "expression": "mean(r^2)" }
    ],
    "output": "J"
  }', '2026-11-23T00:00:00Z'),

  ('00000000-0000-7000-8000-000000000015', 1, '{
    "title": "A two-layer network with softmax cross-entropy",
    "description": "Two inputs, three hidden units with relu, three classes: the gradient of the logits is softmax less the target.",
    "public": true,
    "inputs": [
      { "name": "x", "role": "data", "value": [1, 2] },
      { "name": "y", "role": "data", "value": [0, 1, 0] },
      { "name": "W1", "role": "parameter", "value": [[1, 0], [-1, 1], [1, -1]] },
      { "name": "b1", "role": "parameter", "value": [1, 0, -1] },
      { "name": "W2", "role": "parameter", "value": [[1, -1, 2], [0, 1, 1], [-1, 2, 0]] },
      { "name": "b2", "role": "parameter", "value": [0, 1, 0] }
    ],
    "nodes": [
      { "name": "z1", "expression": "matmul(W1, x) + b1" },
      { "name": "h", "expression": "relu(z1)" },
      { "name": "z2", "expression": "matmul(W2, h) + b2" },
      { "name": "L", "expression": "-sum(y*log_softmax(z2))" }
    ],
    "output": "L"
  }', '2026-11-23T00:00:00Z');
