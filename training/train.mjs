/**
 * From a rigged character to an avatar, in one command:
 *
 *     npm run train -- --subject hero.glb --motion walk.bvh dance.npz --name Ada --license CC0-1.0
 *
 * Photographs her (captures/ada), lays her out (runs/ada/template.npz), trains her and the same person without a network
 * (runs/ada/network, runs/ada/static), and writes an avatar file of each. Stop it when you like: the same command goes on.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const Here = fileURLToPath(new URL(".", import.meta.url));
const CommandLine = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

const { values: options, positionals: motions } = parseArgs({
    options: {
        subject: { type: "string" },
        motion: { type: "string", multiple: true, default: [] },
        name: { type: "string" },
        license: { type: "string" },
        notice: { type: "string" },
        poses: { type: "string" },
        "held-out": { type: "string" },
        size: { type: "string" },
        seed: { type: "string", default: "1" },
        minutes: { type: "string", default: "60" },
        threads: { type: "string" },
    },
    // `--motion a.bvh b.npz`: files that follow the first.
    allowPositionals: true,
});

function Run(program, ...parameters) {
    const { status, error } = spawnSync(program, parameters, { stdio: "inherit" });
    if (error || status !== 0) {
        console.error(error ? `error: ${program} cannot be run: ${error.message}` : `stopped in ${parameters[0]}`);
        process.exit(status || 1);
    }
}

function Train(module, ...parameters) {
    Run(join(Here, "venv.sh"), "python", "-m", `gaussian_avatar_training.${module}`, ...parameters);
}

/** Those of some options that were given, as they stand on a command line. */
function Given(...names) {
    return names.flatMap((name) => (options[name] === undefined ? [] : [`--${name}`, options[name]]));
}

if (!options.subject || !existsSync(CommandLine)) {
    console.error(
        options.subject ? "error: run `npm run build:lib` first" : "error: --subject <character.glb> is missing",
    );
    process.exit(1);
}

const name = options.name ?? basename(options.subject, extname(options.subject));
const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
const [capture, folder] = [join("captures", slug), join("runs", slug)];
const template = join(folder, "template.npz");
mkdirSync(folder, { recursive: true });

const files = [...options.motion, ...motions];
const motion = files.length > 0 ? ["--motion", ...files] : [];
const about = Given("license", "notice", "poses", "held-out", "size", "seed");
Run(process.execPath, CommandLine, "capture", options.subject, ...motion, "-o", capture, "--name", name, ...about);
if (!existsSync(template)) {
    Train("template", "--capture", capture, "--out", template);
}
for (const kind of ["network", "static"]) {
    const out = join(folder, kind);
    const model = join(out, "model.npz");
    if (!existsSync(model)) {
        const more = [kind === "static" ? "--static" : [], existsSync(join(out, "checkpoint.pt")) ? "--resume" : []].flat();
        const length = Given("minutes", "threads", "seed");
        Train("train", "--capture", capture, "--template", template, "--out", out, ...length, ...more);
    }
    const avatar = join(folder, kind === "static" ? `${slug}.static.glb` : `${slug}.avatar.glb`);
    Run(process.execPath, CommandLine, "convert", "lite", model, "-o", avatar);
}
