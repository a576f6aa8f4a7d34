import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { ReadNpzFileAsync } from "../../src/convert/checkpoint/npzFile.js";
import { FileOfBytes } from "../../src/convert/checkpoint/randomAccessFile.js";
import { ConvertLiteAsync } from "../../src/convert/lite/convertLite.js";
import { type IAnimationClip, type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { ReadAvatar } from "../../src/format/readAvatar.js";
import { WriteAvatar } from "../../src/format/writeAvatar.js";
import { IsExpression } from "./demo.js";

/** Largest files that ship, bytes. */
const MaxBytes = { avatar: 10_000_000, baseline: 4_000_000 } as const;

/** Farthest that a joint may lie from that of the baked person, whose walk is taken, metres. */
const JointTolerance = 1e-3;

/** What is made of what was trained. */
export interface ITrainedFiles {
    /** `model.npz` of the person with her network. */
    readonly model: string;
    /** `model.npz` of the same person trained without one. */
    readonly staticModel: string;
    /** The baked person, whose walk is taken. */
    readonly baked: string;
    /** Where the avatar goes. */
    readonly avatar: string;
    /** Where the avatar without a network goes. */
    readonly baseline: string;
}

/**
 * Makes the demo person of what the trainer left: with her network, and as the same training makes her without one. Both get
 * the walk of the baked person. Visemes are left out: they are combinations of the other expressions.
 *
 * @param files where from and where to
 * @throws Error when a file is too large to ship, or the skeleton is not that of the baked person
 */
export async function MakeTrainedAsync({ model, staticModel, baked, avatar, baseline }: ITrainedFiles): Promise<void> {
    const dressed = ReadAvatar(new Uint8Array(await readFile(baked)));
    const person = await ConvertAsync(model, dressed);
    await WriteAsync(avatar, person, MaxBytes.avatar);
    const bare = await ConvertAsync(staticModel, dressed);
    await WriteAsync(baseline, { ...bare, name: `${bare.name}, only skinned`, mapModels: [] }, MaxBytes.baseline);
}

/**
 * Adds to figures how the people were trained who were measured.
 *
 * @param metrics what `evaluate` wrote
 * @param files see {@link ITrainedFiles}
 */
export async function AddTrainingAsync(
    metrics: string,
    { model, staticModel }: Pick<ITrainedFiles, "model" | "staticModel">,
): Promise<void> {
    const report = JSON.parse(await readFile(metrics, "utf8")) as { baseline?: object };
    const told = {
        ...report,
        training: await ReadTrainingAsync(model),
        ...(report.baseline && { baseline: { ...report.baseline, training: await ReadTrainingAsync(staticModel) } }),
    };
    await writeFile(metrics, `${JSON.stringify(told, null, 2)}\n`);
}

async function ConvertAsync(file: string, baked: IAvatarAsset): Promise<IAvatarAsset> {
    const bytes = new Uint8Array(await readFile(file));
    const person = await ConvertLiteAsync(FileOfBytes(bytes, path.basename(file)), { onNote: console.log });
    return {
        ...person,
        animations: [WalkOf(baked, person)],
        morphTargets: person.morphTargets.filter(({ name }) => IsExpression(name)),
        mapModels: person.mapModels.map((maps) => ({
            ...maps,
            morphTargets: maps.morphTargets.filter(({ name }) => IsExpression(name)),
        })),
    };
}

/** The walk of one file of a person is that of another while joints are the same ones. */
function WalkOf(baked: IAvatarAsset, person: IAvatarAsset): IAnimationClip {
    const [walk] = baked.animations;
    const isSame = baked.joints.every(({ smplx, parent, translation }, i) => {
        const joint = person.joints[i];
        const isNear = joint && translation.every((x, axis) => Math.abs(x - joint.translation[axis]!) < JointTolerance);
        return isNear && joint.smplx === smplx && joint.parent === parent;
    });
    if (!walk || !isSame || baked.joints.length !== person.joints.length) {
        throw new Error(`The joints of ${person.name} are not those of the baked person: her walk cannot be taken.`);
    }
    return walk;
}

async function WriteAsync(file: string, asset: IAvatarAsset, limit: number): Promise<void> {
    await writeFile(file, WriteAvatar(asset));
    const { size } = await stat(file);
    console.log(`${path.basename(file)}: ${size} bytes, ${asset.gaussians.count} Gaussians`);
    if (size > limit) {
        throw new Error(`${file} is larger than the ${limit} bytes that ship: train with a smaller template.`);
    }
}

/** What the trainer says of itself; folders of the machine it ran on are nobody's business. */
async function ReadTrainingAsync(file: string): Promise<object> {
    const bytes = FileOfBytes(new Uint8Array(await readFile(file)), path.basename(file));
    const meta = (await ReadNpzFileAsync(bytes, ["meta"])).get("meta")!;
    const text = new TextDecoder().decode(Uint8Array.from({ length: meta.count }, (_, i) => meta.at(i)));
    const { training } = JSON.parse(text) as { training: { command: string } };
    return { ...training, command: training.command.replaceAll(/(?<=^|\s)\/\S*\//g, "") };
}
