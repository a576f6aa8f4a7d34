/**
 * What following and retargeting cost on the CPU, next to Babylon's own means in the same run. Prints JSON; it is no gate.
 * Run it on an idle machine with `npm run bench`: it measures the built library.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import { AnimatorAvatar } from "@babylonjs/core/Animations/animatorAvatar.js";
import { Bone } from "@babylonjs/core/Bones/bone.js";
import { Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { Scene } from "@babylonjs/core/scene.js";
import "@babylonjs/core/Animations/animatable.js";
import "@babylonjs/loaders/glTF/2.0/glTFLoader.js";
import "@babylonjs/loaders/glTF/glTFFileLoader.js";
import { RigPose } from "babylon-gaussian-avatar/motion";
import { GaussianAvatar, GroupMotion, LiveRig } from "babylon-gaussian-avatar/pure";
import { ReadAvatar } from "babylon-gaussian-avatar/convert";

const Rounds = 7;
const FramesARound = 4000;

/** An avatar as the loader leaves it, in a scene that draws nothing. */
function PlaceAvatar(asset, scene) {
    const avatar = new GaussianAvatar(asset.name, asset, scene);
    const skeleton = new Skeleton(asset.name, asset.name, scene);
    const root = new TransformNode("__root__", scene);
    root.parent = avatar;
    root.rotationQuaternion = new Quaternion(0, 1, 0, 0);
    root.scaling.z = -1;
    const nodes = [];
    for (const { name, parent, translation } of asset.joints) {
        const node = new TransformNode(name, scene);
        node.parent = nodes[parent] ?? root;
        node.position = Vector3.FromArray(translation);
        node.rotationQuaternion = Quaternion.Identity();
        const bone = new Bone(name, skeleton, skeleton.bones[parent] ?? null, Matrix.Translation(...translation));
        bone.linkTransformNode(node);
        nodes.push(node);
    }
    avatar.skeleton = skeleton;
    return avatar;
}

/** Fastest of several rounds, microseconds a call: whatever else the machine does only adds. */
function Microseconds(work, times = FramesARound) {
    let best = Infinity;
    for (let round = 0; round < Rounds; round++) {
        const begin = performance.now();
        for (let i = 0; i < times; i++) {
            work(i);
        }
        best = Math.min(best, ((performance.now() - begin) / times) * 1000);
    }
    return Number(best.toFixed(2));
}

Logger.LogLevels = Logger.NoneLogLevel;
const scene = new Scene(new NullEngine());
const asset = ReadAvatar(readFileSync("assets/ada.avatar.glb"));
const avatar = PlaceAvatar(asset, scene);
const hero = await LoadAssetContainerAsync(new Uint8Array(readFileSync("assets/mannequin.glb")), scene, {
    pluginExtension: ".glb",
    pluginOptions: { gltf: { skipMaterials: true, animationStartMode: 0 } },
});
hero.addAllToScene();
const [group] = hero.animationGroups;
const { animator } = avatar;
const motion = new GroupMotion(group);
const frames = Math.round(motion.duration * motion.frameRate);

const described = animator.describeRig(group);
const names = Object.entries(described.mapping.nodes).map(([joint, node]) => [described.rig[node].name, joint]);
const baseline = new AnimatorAvatar("baseline");
baseline.showWarnings = false;
baseline.skeletons.add(avatar.skeleton);
const bakeTheirs = () =>
    baseline.retargetAnimationGroup(group, { mapNodeNames: new Map(names), fixRootPosition: false });
const bakeOurs = (options) => animator.retarget(group, options);
const bake = {
    frames,
    retarget: Microseconds(() => bakeOurs().dispose(), 2) / frames,
    retargetWithFootPlanting: Microseconds(() => bakeOurs({ footPlanting: true }).dispose(), 2) / frames,
    retargetKeyAFrame: Microseconds(() => bakeOurs({ tolerance: 0 }).dispose(), 2) / frames,
    baselineAnimatorAvatar: Microseconds(() => bakeTheirs().dispose(), 2) / frames,
};

const live = new LiveRig(hero.skeletons[0]);
live.watch(Object.values(described.mapping.nodes));
const pose = new RigPose(live.rig.length);
group.start(true);
/** What work costs while the rig moves, the animation step left out. */
const moving = (work) => {
    let best = Infinity;
    for (let round = 0; round < Rounds; round++) {
        let sum = 0;
        for (let i = 0; i < FramesARound; i++) {
            scene._animate(16);
            const begin = performance.now();
            work();
            sum += performance.now() - begin;
        }
        best = Math.min(best, (sum / FramesARound) * 1000);
    }
    return Number(best.toFixed(2));
};
const read = moving(() => live.read(pose));
animator.follow(hero, { fade: 0 });
const follow = moving(() => animator.update(0.016));
animator.feet.weight = 1;
const followWithFeet = moving(() => animator.update(0.016));
animator.feet.weight = 0;
animator.unfollow({ fade: 0 });
group.stop();

const pairs = Object.entries(described.mapping.nodes).map(([joint, node]) => [
    avatar.getJoint(joint).rotationQuaternion,
    live.nodes.targets[node].rotationQuaternion,
]);
const copyRotations = Microseconds(() => {
    for (const [to, from] of pairs) {
        to.copyFrom(from);
    }
});
const playing = (clip) => {
    clip.start(true);
    const cost = Microseconds(() => scene._animate(16));
    clip.stop();
    return cost;
};
const playRetargeted = playing(bakeOurs());
const playAnimatorAvatar = playing(bakeTheirs());

for (const key of Object.keys(bake)) {
    bake[key] = Number(bake[key].toFixed(2));
}
console.log(
    JSON.stringify(
        {
            machine: `${cpus()[0].model}, Node ${process.version}`,
            unit: "microseconds an avatar and frame, fastest of several rounds",
            nodes: live.rig.length,
            follow: { readRig: read, follow, followWithFeet, baselineCopyOfRotations: copyRotations },
            play: { retargetedGroup: playRetargeted, baselineAnimatorAvatarGroup: playAnimatorAvatar },
            bake,
        },
        null,
        4,
    ),
);
