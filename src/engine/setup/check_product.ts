/**
 * A program of its own: computes a matrix product and its gradient with TensorFlow and prints one line of JSON.
 * @module
 */
import { EngineError } from "../errors.ts";
import { openTensorflow } from "../tensorflow_rung.ts";
import { tf } from "../tfjs.ts";

const opened = await openTensorflow();
const a = tf.tensor2d([[1, 2], [3, 4]]);
const product = tf.matMul(a, a, true, false).dataSync().join();
const gradient = tf.grad((x) => tf.sum(tf.matMul(x, x)))(a).dataSync().join();
// By hand: a'a, and the gradient of the sum of aa, whose entry (i, j) is row sum j plus column sum i of a.
if (product !== "10,14,14,20" || gradient !== "7,11,9,13") {
  throw new EngineError(`TensorFlow computes wrong numbers: product ${product}, gradient ${gradient}`);
}
console.log(JSON.stringify(opened));
