/**
 * What a face costs: the processor's microseconds from 52 shapes to an avatar's channels, and the share of the frame in which
 * 100,000 splats are moved by 52 channels. Prints tables; it is no gate. `npm run bench:faces`.
 */
import { CompileScripts } from "../../assets/scripts/compileScripts.mjs";

const script = "test/bench/faces/report.ts";
const { ReportFacesAsync } = await CompileScripts([script])(script);
await ReportFacesAsync();
// Dawn keeps the process alive.
process.exit();
