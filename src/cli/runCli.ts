import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { CliError, UsageError } from "./cliError.js";
import { ExitCode, type ICommand, type ICommandLine } from "./command.js";
import { ProgressLine, type ITerminal } from "./terminal.js";

/** A command and what it is for. Its code is loaded when it runs: `inspect` needs neither Babylon nor a GPU. */
interface ICommandEntry {
    readonly summary: string;
    readonly loadAsync: () => Promise<ICommand>;
}

const Commands: Readonly<Record<string, ICommandEntry>> = {
    inspect: {
        summary: "print what an avatar file holds",
        loadAsync: async () => (await import("./commands/inspect.js")).InspectCommand,
    },
    validate: {
        summary: "check an avatar file and say how to mend it",
        loadAsync: async () => (await import("./commands/validate.js")).ValidateCommand,
    },
    bake: {
        summary: "turn a rigged character into an avatar",
        loadAsync: async () => (await import("./commands/bake.js")).BakeCommand,
    },
    convert: {
        summary: "turn a trained person into an avatar with networks",
        loadAsync: async () => (await import("./commands/convert.js")).ConvertCommand,
    },
    capture: {
        summary: "photograph a rigged character in many poses, to train an avatar from",
        loadAsync: async () => (await import("./commands/capture.js")).CaptureCommand,
    },
    evaluate: {
        summary: "compare an avatar with the character that it was made of",
        loadAsync: async () => (await import("./commands/evaluate.js")).EvaluateCommand,
    },
    retarget: {
        summary: "put the motion of any humanoid rig on an avatar",
        loadAsync: async () => (await import("./commands/retarget.js")).RetargetCommand,
    },
    expressions: {
        summary: "print what an avatar's face can do, put a recorded face on it",
        loadAsync: async () => (await import("./commands/expressions.js")).ExpressionsCommand,
    },
    render: {
        summary: "draw an avatar into PNG files",
        loadAsync: async () => (await import("./commands/render.js")).RenderCommand,
    },
};

/** Options that every command has. */
const CommonOptions = {
    help: { type: "boolean", short: "h" },
    version: { type: "boolean" },
    verbose: { type: "boolean" },
    quiet: { type: "boolean", short: "q" },
} as const;

const CommonHelp = `
Common options
  -q, --quiet    no progress, no notes
      --verbose  print the stack of an error
  -h, --help     print this
`;

/**
 * Runs the command line.
 *
 * @param args the arguments, without the programs `node` and `gaussian-avatar` themselves
 * @param terminal where to write
 * @returns the exit code: 0 done, 1 failed (one line `error: …` on standard error), 2 wrong command line
 *
 * @example
 * ```ts
 * process.exitCode = await RunCliAsync(process.argv.slice(2), CreateProcessTerminal());
 * ```
 */
export async function RunCliAsync(args: readonly string[], terminal: ITerminal): Promise<number> {
    const [name = "", ...rest] = args;
    if (name === "--version") {
        terminal.writeResult(`${PackageVersion()}\n`);
        return ExitCode.Ok;
    }
    if (name === "" || name === "--help" || name === "-h" || name === "help") {
        if (name === "") {
            terminal.writeNote(Overview());
            return ExitCode.Usage;
        }
        terminal.writeResult(Overview());
        return ExitCode.Ok;
    }
    const progress = new ProgressLine(terminal, rest.includes("--quiet") || rest.includes("-q"));
    try {
        const entry = Object.hasOwn(Commands, name) ? Commands[name] : undefined;
        if (!entry) {
            throw UsageError(`There is no command "${name}"; there are ${Object.keys(Commands).join(", ")}.`);
        }
        return await RunCommandAsync(await entry.loadAsync(), rest, terminal, progress);
    } catch (error) {
        progress.clear();
        return ReportError(error, name, terminal, rest.includes("--verbose"));
    }
}

async function RunCommandAsync(
    command: ICommand,
    args: readonly string[],
    terminal: ITerminal,
    progress: ProgressLine,
): Promise<number> {
    const options = { ...CommonOptions, ...command.options };
    let parsed;
    try {
        parsed = parseArgs({ args: JoinNegativeValues(args, command), options, allowPositionals: true });
    } catch (cause) {
        // Node's message goes on to explain how to pass such an argument as a file name, which no command has a use for.
        const message = (cause as Error).message.split(/(?<=['\w])\. /)[0] ?? "";
        throw new CliError("usage", `${message.replace(/\.$/, "")}.`, { cause });
    }
    if (parsed.values["help"]) {
        terminal.writeResult(`${command.help}${CommonHelp}`);
        return ExitCode.Ok;
    }
    if (parsed.values["version"]) {
        terminal.writeResult(`${PackageVersion()}\n`);
        return ExitCode.Ok;
    }
    const line = { files: parsed.positionals, options: parsed.values as ICommandLine["options"], terminal, progress };
    const code = await command.runAsync(line);
    progress.clear();
    return code;
}

/** `--camera -30,10` and `--source-up -y` are what people type; `parseArgs` wants `--camera=-30,10`. */
function JoinNegativeValues(args: readonly string[], command: ICommand): string[] {
    const joined: string[] = [];
    for (const arg of args) {
        const option = joined.at(-1) ?? "";
        if (
            /^-(\d|[xyz]$)/.test(arg) &&
            option.startsWith("--") &&
            command.options[option.slice(2)]?.type === "string"
        ) {
            joined[joined.length - 1] = `${option}=${arg}`;
        } else {
            joined.push(arg);
        }
    }
    return joined;
}

function ReportError(error: unknown, command: string, terminal: ITerminal, isVerbose: boolean): number {
    const thrown = error instanceof Error ? error : new Error(String(error));
    const isUsage = thrown instanceof CliError && thrown.code === "usage";
    terminal.writeNote(`error: ${thrown.message.replaceAll("\n", " ")}\n`);
    if (isUsage) {
        const help = Object.hasOwn(Commands, command) ? `gaussian-avatar ${command} --help` : "gaussian-avatar --help";
        terminal.writeNote(`See ${help}.\n`);
    }
    if (isVerbose) {
        // Not by instanceof: errors of Node's own file functions may come from another realm.
        for (let cause: Error | undefined = thrown; cause; cause = cause.cause as Error | undefined) {
            terminal.writeNote(`${cause.stack ?? cause.message}\n`);
        }
    }
    return isUsage ? ExitCode.Usage : ExitCode.Failure;
}

function Overview(): string {
    const width = Math.max(...Object.keys(Commands).map((name) => name.length));
    const lines = Object.entries(Commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`);
    return `Usage: gaussian-avatar <command> <file> [options]

Commands
${lines.join("")}
gaussian-avatar <command> --help   options and examples of a command
gaussian-avatar --version          version of the package
`;
}

/** The package's own name resolves from the sources as well as from the built file. */
function PackageVersion(): string {
    const manifest = createRequire(import.meta.url)("babylon-gaussian-avatar/package.json") as { version: string };
    return manifest.version;
}
