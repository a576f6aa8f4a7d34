import { extname } from "node:path";
import { type IExpressionSpace } from "../../animation/face/space/expressionSpace.js";
import { type IAnimationClip, type IAvatarAsset } from "../../format/avatarAsset.js";
import { type IAvatarFile, WriteWholeAsync } from "../avatarFile.js";

/**
 * A face that was put on an avatar, as a file.
 *
 * @param output name of the file: `.glb`, the avatar with the face as one more clip, or `.json`, weights a frame
 * @param clip the face
 * @param space channels and joints of the avatar
 * @param avatar the avatar
 */
export async function WriteFaceAsync(
    output: string,
    clip: IAnimationClip,
    space: IExpressionSpace,
    { path, asset }: IAvatarFile,
): Promise<Uint8Array> {
    return extname(output).toLowerCase() === ".glb"
        ? await WriteWholeAsync(path, { ...asset, animations: WithFace(asset, clip, space) })
        : new TextEncoder().encode(`${JSON.stringify(FramesOf(clip, space, asset))}\n`);
}

/** A face of the same name is put on anew; a motion of that name stays. */
function WithFace(
    { animations, joints }: IAvatarAsset,
    clip: IAnimationClip,
    space: IExpressionSpace,
): IAnimationClip[] {
    const names: readonly (string | null | undefined)[] = space.joints.map(({ joint }) => joint);
    const isFace = ({ name, tracks }: IAnimationClip): boolean =>
        name === clip.name &&
        tracks.every(({ path, joint }) => path === "weights" || names.includes(joints[joint]?.smplx));
    const others = animations.filter((other) => !isFace(other));
    const taken = new Set(others.map(({ name }) => name));
    let name = clip.name;
    for (let copy = 2; taken.has(name); copy++) {
        name = `${clip.name} ${copy}`;
    }
    return [...others, { ...clip, name }];
}

/** Weights of the channels a frame, and how joints are turned: quaternions x y z w by their names. */
function FramesOf({ tracks }: IAnimationClip, { channels }: IExpressionSpace, { joints }: IAvatarAsset): object {
    const round = (value: number): number => Number(value.toFixed(5));
    const weights = tracks.find(({ path }) => path === "weights");
    const turned = tracks.filter(({ path }) => path === "rotation");
    const row = (values: Float32Array, frame: number, width: number): number[] =>
        Array.from(values.subarray(frame * width, (frame + 1) * width), round);
    const frames = Array.from(tracks[0]?.times ?? [], (time, frame) => ({
        time: round(time),
        weights: weights ? row(weights.values, frame, channels.length) : [],
        ...(turned.length > 0
            ? {
                  turns: Object.fromEntries(
                      turned.map(({ joint, values }) => [joints[joint]!.name, row(values, frame, 4)]),
                  ),
              }
            : {}),
    }));
    return { names: channels, frames };
}
