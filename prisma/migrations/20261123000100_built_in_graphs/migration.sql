-- The reserved tenant and its graphs: readable by every key, shadowed by a tenant's own graph of the same key.
-- A published version never changes: to correct one, a later migration adds the next version.
INSERT INTO tenants (id, key, name, created_at)
VALUES ('00000000-0000-7000-8000-000000000001', '~built-in', 'Built-in graphs', '2026-11-23T00:00:00Z');

INSERT INTO graphs (id, tenant_id, key, latest_version, created_at, updated_at)
VALUES
  ('00000000-0000-7000-8000-000000000010', '00000000-0000-7000-8000-000000000001', 'lab-network0', 1, '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z'),
  ('00000000-0000-7000-8000-000000000011', '00000000-0000-7000-8000-000000000001', 'lab-network1', 1, '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z'),
  ('00000000-0000-7000-8000-000000000012', '00000000-0000-7000-8000-000000000001', 'logistic-neuron', 1, '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z'),
  ('00000000-0000-7000-8000-000000000013', '00000000-0000-7000-8000-000000000001', 'fan-out', 1, '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z');

INSERT INTO graph_versions (graph_id, version, definition, created_at)
VALUES
  ('00000000-0000-7000-8000-000000000010', 1, '{
    "title": "A first network",
    "description": "One parameter, one node, one cost: the chain rule with a single link.",
    "public": true,
    "inputs": [{ "name": "w", "role": "parameter", "value": 3 }],
    "nodes": [
      { "name": "a", "expression": "2 + 3*w" },
      { "name": "J", "expression": "a^2" }
    ],
    "output": "J"
  }', '2026-11-23T00:00:00Z'),

  ('00000000-0000-7000-8000-000000000011', 1, '{
    "title": "A simple neural network",
    "description": "One neuron with a linear activation and the squared error as its cost.",
    "public": true,
    "inputs": [
      { "name": "w", "role": "parameter", "value": -2 },
      { "name": "x", "role": "data", "value": 2 },
      { "name": "b", "role": "parameter", "value": 8 },
      { "name": "y", "role": "data", "value": 1 }
    ],
    "nodes": [
      { "name": "c", "expression": "w*x" },
      { "name": "a", "expression": "c + b" },
      { "name": "d", "expression": "a - y" },
      { "name": "J", "expression": "d^2/2" }
    ],
    "output": "J"
  }', '2026-11-23T00:00:00Z'),

  ('00000000-0000-7000-8000-000000000012', 1, '{
    "title": "A logistic neuron",
    "description": "Two inputs, a bias, and the logistic function taken apart into its operations.",
    "public": true,
    "inputs": [
      { "name": "x0", "role": "data", "value": 1 },
      { "name": "x1", "role": "data", "value": 2 },
      { "name": "y", "role": "data", "value": 1 },
      { "name": "w0", "role": "parameter", "value": -2 },
      { "name": "w1", "role": "parameter", "value": 3 },
      { "name": "b", "role": "parameter", "value": -4 }
    ],
    "nodes": [
      { "name": "d", "expression": "x0*w0" },
      { "name": "e", "expression": "x1*w1" },
      { "name": "f", "expression": "d + e + b" },
      { "name": "g", "expression": "-f" },
      { "name": "h", "expression": "exp(g)" },
      { "name": "i", "expression": "h + 1" },
      { "name": "a", "expression": "1/i" },
      { "name": "k", "expression": "y - a" },
      { "name": "L", "expression": "k^2" }
    ],
    "output": "L"
  }', '2026-11-23T00:00:00Z'),

  ('00000000-0000-7000-8000-000000000013', 1, '{
    "title": "A weight that works twice",
    "description": "The node u feeds both the product v and the cost J itself: its gradient is a sum over two paths.",
    "public": true,
    "inputs": [
      { "name": "w", "role": "parameter", "value": 2 },
      { "name": "x", "role": "data", "value": 3 },
      { "name": "b", "role": "parameter", "value": -1 }
    ],
    "nodes": [
      { "name": "u", "expression": "w*x" },
      { "name": "v", "expression": "u*b + 4" },
      { "name": "J", "expression": "v^2 + 5*u" }
    ],
    "output": "J"
  }', '2026-11-23T00:00:00Z');
