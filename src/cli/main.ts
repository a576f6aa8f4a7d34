import { RunCliAsync } from "./runCli.js";
import { CreateProcessTerminal } from "./terminal.js";

// The exit code is set, not exited with: what is still to be written to a pipe would be lost.
process.exitCode = await RunCliAsync(process.argv.slice(2), CreateProcessTerminal());
