import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Document, NodeIO } from "@gltf-transform/core";
import { ReadBvh } from "../../src/animation/motion/bvh.js";
import { CreateBvhMotion } from "../../src/animation/motion/bvhMotion.js";
import { BodyOfAsset } from "../../src/animation/pose/bodyOfAsset.js";
import { RetargetMotion } from "../../src/animation/retarget/retargetMotion.js";
import { DescribeRig } from "../../src/animation/rig/rigProfile.js";
import { DecodeImageInNodeAsync } from "../../src/cli/decodeImage.js";
import { BakeAvatarAsync } from "../../src/convert/bake/bakeAvatar.js";
import { type IAnimationClip, type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { WriteAvatar } from "../../src/format/writeAvatar.js";
import { MakeWalkLoop } from "./walkLoop.js";

/** Gaussians of the demo person: with its morph targets the file stays below 6 MB. */
const DemoSplats = 60_000;
/** Frame of the capture in which the performer stands in a T-pose; the walk begins after it. */
const TPoseFrame = 0;

/** Expression channels that ship: the ARKit names. Visemes are combinations of them and would add a third. */
export function IsExpression(name: string): boolean {
    return !/^viseme/i.test(name);
}

/**
 * Bakes the demo person, retargets the walk and writes both.
 *
 * @param data folder with `base-human/base_human_female.glb` and `motion/cmu_12_01_walk.bvh`
 * @param out folder that receives `ada.avatar.glb` and `walk.glb`
 */
export async function MakeDemoAsync(data: string, out: string): Promise<void> {
    const person = await readFile(path.join(data, "base-human/base_human_female.glb"));
    const baked = await BakeAvatarAsync(new Uint8Array(person), {
        decodeImage: DecodeImageInNodeAsync,
        name: "Ada",
        splats: DemoSplats,
        credits: {
            license: "CC0-1.0",
            notices: [
                "Body, clothes and textures: MakeHuman community assets (CC0 1.0).",
                "Walk: CMU Graphics Lab Motion Capture Database, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217.",
            ],
        },
    });
    const bvh = ReadBvh(await readFile(path.join(data, "motion/cmu_12_01_walk.bvh"), "utf8"));
    const motion = CreateBvhMotion("walk", bvh, { restFrame: TPoseFrame });
    const body = BodyOfAsset(baked);
    const from = (TPoseFrame + 1) / motion.frameRate;
    const capture = RetargetMotion(motion, DescribeRig(motion.rig, motion), body, { from });
    const walk = MakeWalkLoop(capture, motion.frameRate, baked);
    const asset: IAvatarAsset = {
        ...baked,
        morphTargets: baked.morphTargets.filter((morph) => IsExpression(morph.name)),
        animations: [walk],
    };
    const bytes = WriteAvatar(asset);
    await writeFile(path.join(out, "ada.avatar.glb"), bytes);
    await writeFile(path.join(out, "walk.glb"), await WriteClipAsync(asset, walk));
    console.log(
        `ada.avatar.glb: ${bytes.length} bytes, ${asset.gaussians.count} splats, ${asset.morphTargets.length} morphs`,
    );
}

/** The clip alone: 55 joint nodes and an animation, a source for retargeting. */
async function WriteClipAsync(asset: IAvatarAsset, clip: IAnimationClip): Promise<Uint8Array> {
    const document = new Document();
    const buffer = document.createBuffer();
    const scene = document.createScene("walk");
    const nodes = asset.joints.map((joint) =>
        document
            .createNode(joint.name)
            .setTranslation([...joint.translation])
            .setRotation([...joint.rotation]),
    );
    asset.joints.forEach((joint, j) => {
        const parent = nodes[joint.parent];
        if (parent) {
            parent.addChild(nodes[j]!);
        } else {
            scene.addChild(nodes[j]!);
        }
    });
    const animation = document.createAnimation(clip.name);
    for (const track of clip.tracks) {
        const input = document.createAccessor().setArray(track.times).setBuffer(buffer);
        const output = document
            .createAccessor()
            .setType(track.path === "rotation" ? "VEC4" : "VEC3")
            .setArray(track.values)
            .setBuffer(buffer);
        const sampler = document.createAnimationSampler().setInput(input).setOutput(output);
        const channel = document.createAnimationChannel().setTargetNode(nodes[track.joint]!).setSampler(sampler);
        animation.addSampler(sampler).addChannel(channel.setTargetPath(track.path));
    }
    document.getRoot().getAsset().copyright =
        "CMU Graphics Lab Motion Capture Database, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217";
    return new NodeIO().writeBinary(document);
}
