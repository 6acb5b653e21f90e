// The operator tests of the Python package `onnx`, of any version, run with what senet makes of their files:
//
//   npm run results -- operator-tests onnx/backend/test/data/node [OPERATOR…]
//
// For versions that have no such folder `tools/onnx-node-tests/write-node-data.py` writes one.
import "../../tools/onnx-node-tests/index.mjs";
