/**
 * What a head costs: its networks by our kernels and as graphs of ONNX Runtime on the same adapter, its features as a tensor, and
 * the super-resolution network. Prints tables; it is no gate. `npm run bench:heads`.
 */
import { CompileScripts } from "../../assets/scripts/compileScripts.mjs";

const script = "test/bench/heads/report.ts";
const { ReportHeadsAsync } = await CompileScripts([script])(script);
await ReportHeadsAsync();
// Dawn keeps the process alive.
process.exit();
