import { fork, type ChildProcess } from "node:child_process";
import { CliError } from "../cliError.js";

/** A worker's report: how many pictures it has kept since the last. */
export interface IWorkerReport {
    /** Number of pictures. */
    readonly pictures: number;
}

/**
 * Runs this program several times at once, each run with a share of the work.
 *
 * @param command the command
 * @param args its arguments
 * @param count number of runs
 * @param onReport told what the runs report
 * @throws CliError `worker-failed` with what the first run to fail said; the others are stopped first
 */
export async function RunWorkersAsync(
    command: string,
    args: readonly string[],
    count: number,
    onReport: (report: IWorkerReport) => void,
): Promise<void> {
    const program = process.argv[1]!;
    const workers = Array.from({ length: count }, (_, index) =>
        fork(program, [command, `--share=${index}/${count}`, ...args], { stdio: ["ignore", "ignore", "pipe", "ipc"] }),
    );
    try {
        await Promise.all(
            workers.map(async (worker) => {
                await FinishedAsync(worker, onReport);
            }),
        );
    } finally {
        await Promise.allSettled(workers.map(StopAsync));
    }
}

async function FinishedAsync(worker: ChildProcess, onReport: (report: IWorkerReport) => void): Promise<void> {
    let said = "";
    worker.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-4096);
    });
    worker.on("message", (report) => {
        onReport(report as IWorkerReport);
    });
    await new Promise<void>((resolve, reject) => {
        worker.on("error", reject);
        worker.on("close", (code, signal) => {
            if (code === 0) {
                resolve();
                return;
            }
            const [, message] = /^error: (.*)$/m.exec(said) ?? [];
            reject(
                new CliError(
                    "worker-failed",
                    message ?? `A worker ended early (${signal ?? `code ${code}`}). The same command goes on.`,
                ),
            );
        });
    });
}

async function StopAsync(worker: ChildProcess): Promise<void> {
    if (worker.exitCode === null && worker.signalCode === null) {
        worker.kill("SIGTERM");
        await new Promise((resolve) => worker.once("close", resolve));
    }
}
