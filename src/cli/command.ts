import { type ParseArgsConfig } from "node:util";
import { type ITerminal, type ProgressLine } from "./terminal.js";

/** Exit codes of the command line. */
export const ExitCode = {
    /** Done. */
    Ok: 0,
    /** The work failed, or the file is not valid. */
    Failure: 1,
    /** The command line is wrong. */
    Usage: 2,
} as const;

/** A command line, split into files and options. */
export interface ICommandLine {
    /** Arguments that are not options, in order. */
    readonly files: readonly string[];
    /** Options given, by their long names. */
    readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
    /** Where to write. */
    readonly terminal: ITerminal;
    /** Where to tell how far the work is. */
    readonly progress: ProgressLine;
}

/** One command of the command line. */
export interface ICommand {
    /** What `--help` prints: usage, options, examples. */
    readonly help: string;
    /** Options besides the common ones, as `node:util` describes them. */
    readonly options: NonNullable<ParseArgsConfig["options"]>;
    /**
     * Does the work.
     *
     * @param line the command line
     * @returns exit code, see {@link ExitCode}
     */
    runAsync(line: ICommandLine): Promise<number>;
}
