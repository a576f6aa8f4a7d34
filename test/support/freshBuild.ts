import { execFileSync } from "node:child_process";
import { readdirSync, statSync, utimesSync } from "node:fs";

/**
 * Builds what a test opens, unless the build is newer than everything it was made from.
 *
 * @param output a file that the build writes; its date is the build's
 * @param script name of the npm script that builds
 * @param sources files and folders that the build reads
 */
export function EnsureFreshBuild(output: string, script: string, sources: readonly string[]): void {
    const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
    const newest = Math.max(...["package.json", "webpack.config.js", ...sources].map(ChangedAt));
    if (built > newest) {
        return;
    }
    execFileSync("npm", ["run", script], { stdio: "pipe" });
    const now = new Date();
    utimesSync(output, now, now); // webpack leaves files alone whose text has not changed
}

/** When a file, or the newest file below a folder, was changed; milliseconds since 1970. */
function ChangedAt(path: string): number {
    if (!statSync(path).isDirectory()) {
        return statSync(path).mtimeMs;
    }
    const files = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    return Math.max(...files.map(({ parentPath, name }) => statSync(`${parentPath}/${name}`).mtimeMs));
}
