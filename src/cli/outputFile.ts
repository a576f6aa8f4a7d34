import { statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { UsageError } from "./cliError.js";

/**
 * Refuses a place to write that has another kind of file in its name.
 *
 * @param path where to write
 * @param extension with the dot, lower case
 * @param option the option, for the message (default: -o)
 * @throws {@link CliError} `usage`
 */
export function RequireExtension(path: string, extension: string, option = "-o"): void {
    if (extname(path).toLowerCase() !== extension) {
        throw UsageError(`${option} is "${path}": a name that ends in ${extension} is expected.`);
    }
}

/**
 * Refuses to write over what is read, by whatever name or link it is called.
 *
 * @param outputs where to write
 * @param inputs what is read
 * @throws {@link CliError} `usage`
 */
export function RequireNoInput(outputs: readonly string[], inputs: readonly string[]): void {
    const places = new Set(inputs.map((path) => resolve(path)));
    const files = new Set(inputs.map(FileIdentity).filter((identity) => identity !== undefined));
    const same = outputs.find((path) => places.has(resolve(path)) || IsOneOf(files, path));
    if (same !== undefined) {
        throw UsageError(`-o would write over ${same}, which is read: give it another name.`);
    }
}

function IsOneOf(files: ReadonlySet<string>, path: string): boolean {
    const identity = FileIdentity(path);
    return identity !== undefined && files.has(identity);
}

function FileIdentity(path: string): string | undefined {
    try {
        const { dev, ino } = statSync(path, { bigint: true });
        return `${dev}:${ino}`;
    } catch {
        // Not there, or not to be looked at: then it is not read either, and reading it says why.
        return undefined;
    }
}
