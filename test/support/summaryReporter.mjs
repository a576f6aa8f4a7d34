/** Closes a run with one line that a machine can read; a suite that could not even start counts as a failed test. */
export default class {
    onRunComplete(_contexts, results) {
        const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
        // Jest prints its own summary after the reporters.
        process.once("exit", () => process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`));
    }
}
