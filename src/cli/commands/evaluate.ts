import { basename, extname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { ReadCharacterAsync } from "../../convert/bake/readCharacter.js";
import { type ICaptureSubject } from "../../convert/capture/captureSubject.js";
import { LookAt, Up } from "../../convert/capture/lookAt.js";
import { PrepareSubject } from "../../convert/capture/prepareSubject.js";
import { GlbOfAsync, ReadAvatarFileAsync, type IAvatarFile } from "../avatarFile.js";
import { FingerprintAsync, ReadPlanMotionsAsync } from "../capture/captureSession.js";
import { type ICapturedPicture } from "../capture/capturedPicture.js";
import { ReadCharacterFileAsync } from "../characterFile.js";
import { UsageError } from "../cliError.js";
import { ExitCode, type ICommand, type ICommandLine } from "../command.js";
import { DecodeImageInNodeAsync } from "../decodeImage.js";
import { EncodeComparison, EncodeRow } from "../evaluate/comparisonPicture.js";
import { CompareShots, type EvaluationFigures } from "../evaluate/evaluationFigures.js";
import { EvaluationSize, type IEvaluationPlan, PlanEvaluation } from "../evaluate/evaluationPlan.js";
import {
    type IAvatarPictures,
    type IExtraView,
    PhotographAvatarAsync,
    PhotographSubjectAsync,
} from "../evaluate/photograph.js";
import { type IPicture } from "../evaluate/pictureMetrics.js";
import { RequireSamePerson } from "../evaluate/requireSamePerson.js";
import { RequireWritableAsync, WriteFileAtomicAsync } from "../files.js";
import { NumberOption, TextOption } from "../optionValues.js";
import { RequireExtension, RequireNoInput } from "../outputFile.js";

const Defaults = { poses: 12, cameras: 2, seed: 1 } as const;

/** Pictures are kept in memory until they are compared: 1 MB each. */
const MaxPoses = 200;

/** Held-out cameras of the kind that has most. */
const MaxCameras = 4;

/** Pictures of the orbit, and where its cameras stand: metres from the person, share of her height, degrees of view. */
const Orbit = { pictures: 12, distance: 3.2, height: 0.53, view: 40 } as const;

/** `gaussian-avatar evaluate`: how near an avatar comes to the character that it was made of. */
export const EvaluateCommand: ICommand = {
    help: `Usage: gaussian-avatar evaluate --avatar <avatar.glb> --subject <hero.glb> --motion <motion> … --json <out.json> [options]

Photographs a rigged character in poses of any motion, from cameras that captures keep for measuring, draws the avatar
that was made of it in the same poses from the same cameras, with what its networks make of each pose, and compares the
pictures: PSNR and SSIM of the rectangle around the person, and PSNR of the person's own pixels, all over black. Needs the
npm packages webgpu and sharp, and onnxruntime-web for avatars with networks.

Options
      --avatar FILE     the avatar
      --subject FILE    the character
      --motion FILE …   motions to take poses from: .npz, .bvh, .glb, .gltf, .vrm or .vrma
      --json FILE       where to write the figures
      --baseline FILE   another avatar of the same person, to compare with
      --poses N         poses (default ${Defaults.poses})
      --cameras N       cameras of each kind that shoot a pose, 1 to ${MaxCameras} (default ${Defaults.cameras})
      --seed K          chooses headings, faces and cameras (default ${Defaults.seed})
      --pictures FOLDER also writes pictures: subject, avatar, baseline and difference side by side, and an orbit
      --software        use the software driver even where there is a GPU

Examples
  gaussian-avatar evaluate --avatar ada.glb --subject hero.glb --motion dance.npz --json metrics.json
  gaussian-avatar evaluate --avatar ada.glb --baseline skinned.glb --subject hero.glb --motion dance.npz walk.bvh \\
      --cameras 3 --seed 7 --json metrics.json --pictures compare
`,
    options: {
        avatar: { type: "string" },
        subject: { type: "string" },
        motion: { type: "string", multiple: true },
        json: { type: "string" },
        baseline: { type: "string" },
        poses: { type: "string" },
        cameras: { type: "string" },
        seed: { type: "string" },
        pictures: { type: "string" },
        software: { type: "boolean" },
    },
    async runAsync(line) {
        const start = performance.now();
        const wanted = ReadWanted(line);
        const { json, pictures: folder } = wanted;
        await RequireWritableAsync(json);
        if (folder !== undefined) {
            await RequireWritableAsync(join(folder, OrbitName(0)));
        }
        const { subject, avatar, baseline, plan } = await PrepareAsync(line, wanted);
        const extras = folder === undefined ? [] : OrbitViews(subject, plan);
        const avatars = baseline ? 2 : 1;
        const total = plan.shots.length * (1 + avatars) + extras.length * avatars;
        let taken = 0;
        const options = {
            software: line.options["software"] === true,
            onPicture: () => {
                taken++;
                const percent = Math.floor((20 * taken) / total) * 5;
                line.progress.report(`${percent} % of ${total} pictures`, taken / total);
            },
        };
        const truth = await PhotographSubjectAsync(subject, plan, options);
        const drawAsync = async (file: IAvatarFile): Promise<IAvatarPictures> =>
            await PhotographAvatarAsync(await GlbOfAsync(file), subject, plan, extras, options);
        const drawn = await drawAsync(avatar);
        const drawnBaseline = baseline ? await drawAsync(baseline) : null;
        line.progress.report("comparing", 1);
        const figures = CompareShots(plan.shots, truth, drawn.shots);
        const baseFigures = drawnBaseline && CompareShots(plan.shots, truth, drawnBaseline.shots);
        const report = {
            command: CommandOf(wanted),
            seed: wanted.seed,
            size: EvaluationSize,
            poses: plan.poses.map(({ source }) => source),
            files: await FingerprintsAsync(wanted),
            tier: drawn.tier,
            figures,
            ...(drawnBaseline && baseFigures
                ? {
                      baseline: {
                          tier: drawnBaseline.tier,
                          figures: baseFigures,
                          gain: GainOver(figures, baseFigures),
                      },
                  }
                : {}),
            seconds: Math.round((performance.now() - start) / 1000),
        };
        // Figures first: they are small, and a disk that pictures fill must not take them away.
        await WriteFileAtomicAsync(json, new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`));
        if (folder !== undefined) {
            await WritePicturesAsync(folder, plan, truth, drawn, drawnBaseline);
        }
        line.progress.clear();
        line.terminal.writeResult(TableOf(figures, baseFigures));
        return ExitCode.Ok;
    },
};

/** The command line, understood. */
interface IWanted {
    readonly avatar: string;
    readonly subject: string;
    readonly motions: readonly string[];
    readonly json: string;
    readonly baseline: string | undefined;
    readonly pictures: string | undefined;
    readonly poses: number;
    readonly cameras: number;
    readonly seed: number;
}

function ReadWanted(line: ICommandLine): IWanted {
    const [avatar, subject, json] = ["avatar", "subject", "json"].map((name) => TextOption(line, name));
    const given = line.options["motion"];
    // What follows the first motion comes as files.
    const motions = [...(Array.isArray(given) ? (given as readonly string[]) : []), ...line.files];
    if (avatar === undefined || subject === undefined || json === undefined || !Array.isArray(given)) {
        throw UsageError(
            "Say what to compare, in which poses, and where to write: --avatar ada.glb --subject hero.glb --motion dance.npz --json out.json.",
        );
    }
    const baseline = TextOption(line, "baseline");
    RequireExtension(json, ".json", "--json");
    RequireNoInput([json], [avatar, subject, ...motions, ...(baseline === undefined ? [] : [baseline])]);
    return {
        avatar,
        subject,
        motions,
        json,
        baseline,
        pictures: TextOption(line, "pictures"),
        poses: NumberOption(line, "poses", 1, MaxPoses, true) ?? Defaults.poses,
        cameras: NumberOption(line, "cameras", 1, MaxCameras, true) ?? Defaults.cameras,
        seed: NumberOption(line, "seed", 0, 0xffffffff, true) ?? Defaults.seed,
    };
}

/** Reads and checks all files before anything is drawn. */
async function PrepareAsync(
    line: ICommandLine,
    wanted: IWanted,
): Promise<{
    readonly subject: ICaptureSubject;
    readonly avatar: IAvatarFile;
    readonly baseline: IAvatarFile | null;
    readonly plan: IEvaluationPlan;
}> {
    line.progress.report("reading the files", 0);
    const avatar = await ReadAvatarFileAsync(wanted.avatar);
    const baseline = wanted.baseline === undefined ? null : await ReadAvatarFileAsync(wanted.baseline);
    const name = basename(wanted.subject, extname(wanted.subject));
    const note = (message: string): void => {
        line.progress.note(`note: ${message}`);
    };
    const character = await ReadCharacterFileAsync(wanted.subject);
    const subject = PrepareSubject(await ReadCharacterAsync(character, name, DecodeImageInNodeAsync, note));
    RequireSamePerson(avatar.asset, avatar.path, subject);
    if (baseline) {
        RequireSamePerson(baseline.asset, baseline.path, subject);
    }
    const motions = await Promise.all(wanted.motions.map(ReadPlanMotionsAsync));
    return { subject, avatar, baseline, plan: PlanEvaluation(subject, motions.flat(), wanted) };
}

/** Once around the person while she dances. */
function OrbitViews({ positions }: ICaptureSubject, { poses }: IEvaluationPlan): IExtraView[] {
    const height = positions.reduce((top, value, i) => (i % 3 === 1 ? Math.max(top, value) : top), 0);
    const focal = EvaluationSize / 2 / Math.tan((Orbit.view * Math.PI) / 360);
    return Array.from({ length: Orbit.pictures }, (_, i) => {
        const yaw = (2 * Math.PI * i) / Orbit.pictures;
        const direction = [Math.sin(yaw), 0, Math.cos(yaw)] as const;
        const target = [0, height * Orbit.height, 0] as const;
        return {
            pose: i % poses.length,
            pinhole: LookAt(target, direction, Up, Orbit.distance, focal, EvaluationSize),
        };
    });
}

async function WritePicturesAsync(
    folder: string,
    { shots, rig }: IEvaluationPlan,
    truth: readonly ICapturedPicture[],
    drawn: IAvatarPictures,
    baseline: IAvatarPictures | null,
): Promise<void> {
    for (const [i, { pose, camera, kind }] of shots.entries()) {
        const { size, rgb } = truth[i]!;
        const picture: IPicture = { width: size, height: size, rgb };
        const name = `${kind}.${String(pose).padStart(3, "0")}.${rig.cameras[camera]!.name}.png`;
        const bytes = EncodeComparison(picture, drawn.shots[i]!, baseline?.shots[i] ?? null);
        // eslint-disable-next-line no-await-in-loop -- pictures are large: one at a time
        await WriteFileAtomicAsync(join(folder, name), bytes);
    }
    for (const [i, picture] of drawn.extras.entries()) {
        const row = [picture, ...(baseline ? [baseline.extras[i]!] : [])];
        // eslint-disable-next-line no-await-in-loop -- as above
        await WriteFileAtomicAsync(join(folder, OrbitName(i)), EncodeRow(row));
    }
}

function OrbitName(index: number): string {
    return `orbit.${String(index).padStart(2, "0")}.png`;
}

/** The command that makes the same figures, with the names of files alone: folders are nobody's business. */
function CommandOf({ avatar, baseline, subject, motions, poses, cameras, seed }: IWanted): string {
    const base = baseline === undefined ? "" : ` --baseline ${basename(baseline)}`;
    const motion = motions.map((path) => basename(path)).join(" ");
    return (
        `gaussian-avatar evaluate --avatar ${basename(avatar)}${base} --subject ${basename(subject)} ` +
        `--motion ${motion} --poses ${poses} --cameras ${cameras} --seed ${seed}`
    );
}

async function FingerprintsAsync({ avatar, baseline, subject, motions }: IWanted): Promise<object> {
    return {
        avatar: await FingerprintAsync(avatar),
        ...(baseline === undefined ? {} : { baseline: await FingerprintAsync(baseline) }),
        subject: await FingerprintAsync(subject),
        motions: await Promise.all(motions.map(FingerprintAsync)),
    };
}

/** Decibels and similarity that the avatar is ahead by. */
function GainOver(figures: EvaluationFigures, baseline: EvaluationFigures): object {
    return Object.fromEntries(
        Object.entries(figures).map(([kind, { psnr, maskedPsnr, ssim }]) => {
            const base = baseline[kind as keyof EvaluationFigures]!;
            return [kind, { psnr: psnr - base.psnr, maskedPsnr: maskedPsnr - base.maskedPsnr, ssim: ssim - base.ssim }];
        }),
    );
}

function TableOf(figures: EvaluationFigures, baseline: EvaluationFigures | null): string {
    const header = `kind   pictures   PSNR crop   masked   SSIM crop${baseline ? "   baseline" : ""}\n`;
    const rows = Object.entries(figures).map(([kind, { pictures, psnr, maskedPsnr, ssim }]) => {
        const base = baseline?.[kind as keyof EvaluationFigures];
        const cells = [
            kind.padEnd(5),
            String(pictures).padStart(10),
            `${psnr.toFixed(2)} dB`.padStart(11),
            maskedPsnr.toFixed(2).padStart(8),
            ssim.toFixed(4).padStart(11),
            ...(base ? [`${base.psnr.toFixed(2)} dB`.padStart(10)] : []),
        ];
        return `${cells.join(" ")}\n`;
    });
    return header + rows.join("");
}
