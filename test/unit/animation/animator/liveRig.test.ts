import { describe, expect, it } from "@jest/globals";
import { Bone } from "@babylonjs/core/Bones/bone.js";
import { Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { HumanoidOfRigNodes } from "../../../../src/animation/animator/humanoidMetadata.js";
import { LiveRig } from "../../../../src/animation/animator/liveRig.js";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import { RegisterAvatarLoader } from "../../../../src/avatar/gltf/registerAvatarLoader.js";
import { DescribeWithCharacters, EmptyScene, LoadCharacterAsync, NodeNamed } from "./babylonScenes.js";

/** Largest distance between where Babylon has the nodes of a rig and where the pose has them, metres. */
function WorstDistance(rig: LiveRig, pose: RigPose, toScene: (x: number, y: number, z: number) => Vector3): number {
    return Math.max(
        ...rig.nodes.targets.map((target, i) => {
            const [x, y, z] = pose.positions.subarray(i * 3, i * 3 + 3);
            (target as TransformNode).computeWorldMatrix(true);
            return Vector3.Distance((target as TransformNode).absolutePosition, toScene(x!, y!, z!));
        }),
    );
}

function ReadRig(rig: LiveRig): RigPose {
    const pose = new RigPose(rig.rig.length);
    expect(rig.read(pose)).toBe(true);
    return pose;
}

DescribeWithCharacters("a live rig of a loaded character", () => {
    it.each([
        ["humanoids/Xbot_mixamo.glb", 4],
        ["humanoids/mesh2motion_ue_rig.glb", 0],
        ["humanoids/rocketbox_idle_biped_animation.glb", 0],
    ])("%s is read in right-handed space as Babylon shows it mirrored, in mid-motion", async (path, clip) => {
        const scene = EmptyScene();
        const hero = await LoadCharacterAsync(path, scene);
        const rig = new LiveRig(hero.skeletons[0] ?? (hero.rootNodes[0] as TransformNode));
        hero.animationGroups[clip]!.start(true).goToFrame(20);
        const worst = WorstDistance(rig, ReadRig(rig), (x, y, z) => new Vector3(-x, y, z));
        process.stdout.write(`${path}: worst node ${(worst * 1e6).toFixed(2)} µm off Babylon's\n`);
        // Matrices in Babylon are single precision: metres times 1e-7, over a chain of bones.
        expect(worst).toBeLessThan(1e-5);
        scene.dispose();
    });

    it("reads the same pose in left- and right-handed scenes, wherever the character stands", async () => {
        const poses: RigPose[] = [];
        for (const isRightHanded of [false, true]) {
            const scene = EmptyScene(isRightHanded);
            const hero = await LoadCharacterAsync("humanoids/Xbot_mixamo.glb", scene);
            const holder = hero.rootNodes[0] as TransformNode;
            holder.position.set(3, 1, -2);
            holder.rotate(Vector3.Up(), 1);
            hero.animationGroups[4]!.start(true).goToFrame(20);
            poses.push(ReadRig(new LiveRig(holder)));
            scene.dispose();
        }
        expect(poses[1]!.positions).toEqual(poses[0]!.positions);
        expect(poses[1]!.rotations).toEqual(poses[0]!.rotations);
    });

    it("rests in the bind pose, whatever the pose it is found in", async () => {
        const scene = EmptyScene();
        const hero = await LoadCharacterAsync("humanoids/Xbot_mixamo.glb", scene);
        const before = new LiveRig(hero.skeletons[0]!);
        hero.animationGroups[3]!.start(true).goToFrame(12);
        const during = new LiveRig(hero.skeletons[0]!);
        expect(during.rig).toEqual(before.rig);
        expect(during.warnings).toEqual([]);
    });

    it("tells the nodes of a clone from those of the original by reference, and knows them by their names", async () => {
        const scene = EmptyScene();
        const hero = await LoadCharacterAsync("humanoids/Xbot_mixamo.glb", scene);
        hero.removeAllFromScene();
        const clone = hero.instantiateModelsToScene((name) => `Clone of ${name}`);
        const original = new LiveRig(hero.skeletons[0]!);
        const rig = new LiveRig(clone.skeletons[0]!);
        expect(rig.rig).toEqual(original.rig);
        expect(rig.nodes.targets.some((target) => original.nodes.targets.includes(target))).toBe(false);
    });

    it("knows the human bones that a VRM file names, once the library is registered", async () => {
        const scene = EmptyScene();
        const before = await LoadCharacterAsync("vrm/Godette_vrm0.vrm", scene);
        expect(HumanoidOfRigNodes(new LiveRig(before.skeletons[0]!).nodes)).toEqual({});
        RegisterAvatarLoader();
        const hero = await LoadCharacterAsync("vrm/Godette_vrm0.vrm", scene);
        const clone = hero.instantiateModelsToScene();
        const { nodes } = new LiveRig(clone.skeletons[0]!);
        const humanoid = HumanoidOfRigNodes(nodes);
        expect(Object.keys(humanoid).length).toBeGreaterThanOrEqual(40); // the file names 42, some of which no joint is for
        expect(nodes.names[humanoid.left_hip!]).toBe("thigh.l_Armature");
    });

    it("is gone when a node that matters is disposed, and not when another one is", async () => {
        const scene = EmptyScene();
        const hero = await LoadCharacterAsync("humanoids/Xbot_mixamo.glb", scene);
        const rig = new LiveRig(hero.skeletons[0]!);
        rig.watch([rig.nodes.names.indexOf("mixamorig:Spine")]);
        const pose = new RigPose(rig.rig.length);
        NodeNamed(scene, "mixamorig:LeftHandIndex4").dispose();
        expect(rig.read(pose)).toBe(true);
        NodeNamed(scene, "mixamorig:Hips").dispose();
        expect(rig.read(pose)).toBe(false);
    });
});

describe("a live rig", () => {
    /** hips → arm → hand, the arm turned and mirrored, everything small. */
    function Chain(isRightHanded: boolean): TransformNode[] {
        const scene = EmptyScene(isRightHanded);
        const nodes = ["holder", "hips", "arm", "hand", "finger"].map((name) => new TransformNode(name, scene));
        nodes.forEach((node, i) => {
            node.parent = nodes[i - 1] ?? null;
            node.position.set(0.3 * i, 1, 0.1 * i);
            node.rotation.set(0.2 * i, 0.5, -0.3 * i);
        });
        nodes[2]!.scaling.set(1.5, 1.5, -1.5);
        nodes[3]!.scaling.set(-1, -1, 1);
        return nodes;
    }

    it.each([false, true])(
        "reads Euler angles, scales and mirrors inside the rig (right-handed scene: %s)",
        (isRightHanded) => {
            const [holder] = Chain(isRightHanded);
            const rig = new LiveRig(holder!);
            expect(rig.nodes.names).toEqual(["hips", "arm", "hand", "finger"]);
            expect(rig.nodes.isLeftHanded).toBe(!isRightHanded);
            const pose = ReadRig(rig);
            const world = holder!.computeWorldMatrix(true);
            const worst = WorstDistance(rig, pose, (x, y, z) =>
                Vector3.TransformCoordinates(new Vector3(isRightHanded ? x : -x, y, z), world),
            );
            expect(worst).toBeLessThan(1e-6);
            // At rest and now are the same pose: rotations are told in the same way, mirrors or not.
            rig.rig.forEach(({ rotation }, i) => {
                const now = pose.rotations.subarray(i * 4, i * 4 + 4);
                const dot = rotation.reduce((sum, value, k) => sum + value * now[k]!, 0);
                expect(Math.abs(dot)).toBeCloseTo(1, 6);
            });
        },
    );

    it("reads bones that no node is linked to, as in .babylon and MMD files", () => {
        const scene = EmptyScene();
        const skeleton = new Skeleton("bones", "bones", scene);
        const hips = new Bone("hips", skeleton, null, Matrix.Translation(0, 1, 0));
        const arm = new Bone("arm", skeleton, hips, Matrix.Translation(0.5, 0, 0));
        new Bone("hand", skeleton, arm, Matrix.Translation(0.5, 0, 0));
        new Mesh("body", scene).skeleton = skeleton;
        arm.setRotationQuaternion(Quaternion.RotationAxis(Vector3.Forward(), Math.PI / 2));
        const rig = new LiveRig(skeleton);
        const { positions } = ReadRig(rig);
        // The rest pose is that of the bind matrices, seen in the mirror that makes it right-handed.
        expect(rig.rig.map(({ position }) => position[0])).toEqual([-0, -0.5, -1].map((x) => expect.closeTo(x, 6)));
        expect([...positions.subarray(6, 9)]).toEqual([-0.5, 1.5, 0].map((x) => expect.closeTo(x, 6)));
    });

    it("keeps the last sane value of what is not a number", () => {
        const [holder, , arm] = Chain(true);
        const rig = new LiveRig(holder!);
        const before = ReadRig(rig);
        arm!.position.x = NaN;
        arm!.rotationQuaternion = new Quaternion(NaN, 0, 0, 0);
        expect(ReadRig(rig)).toEqual(before);
    });

    it("says what is wrong with a source that has no rig or is gone", () => {
        const scene = EmptyScene();
        expect(() => new LiveRig(new Skeleton("empty", "empty", scene))).toThrow(
            expect.objectContaining({ code: "no-rig" }),
        );
        const node = new TransformNode("gone", scene);
        node.dispose();
        expect(() => new LiveRig(node)).toThrow(expect.objectContaining({ code: "disposed-source" }));
    });
});
