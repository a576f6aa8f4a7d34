/**
 * What networks cost: operations, time on the processor and on the adapter at hand, bytes between processor and graphics
 * device in a frame, time of each stage. Prints tables, and JSON after them; it is no gate. `npm run bench:networks`.
 */
import { CompileScripts } from "../../assets/scripts/compileScripts.mjs";

const script = "test/bench/networks/report.ts";
const { ReportNetworksAsync } = await CompileScripts([script])(script);
await ReportNetworksAsync();
// Dawn keeps the process alive.
process.exit();
