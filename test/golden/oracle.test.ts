import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateBox } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import { type Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import { RenderPixelsAsync } from "../../src/cli/headless/headlessEngine.js";
import { WriteAvatar } from "../../src/format/writeAvatar.js";
import { type GaussianAvatar, LoadAvatarAsync } from "../../src/pure.js";
import { type ICamera, type ISplat, ProjectGaussian } from "../reference/projectGaussian.js";
import { FromBabylon, type Matrix, Multiply } from "../reference/matrix.js";
import { RasteriseSplats } from "../reference/rasteriseSplats.js";
import { SkinCloud } from "../reference/skinGaussian.js";
import { MakeSampleAvatar } from "../support/avatarSamples.js";
import { CreateTestEngineAsync, DescribeGpu } from "../support/gpu.js";
import { KeepPicture, Psnr } from "../support/picture.js";
import { SeededRandom } from "../support/seededRandom.js";

const Size = 112;
const ViewCount = 12;
/** The bar for every view. Eight-bit blending rounds once a layer, which alone costs down to about 50 dB. */
const LeastPsnr = 45;
const BoxSize = 0.5;

const sample = MakeSampleAvatar({ gaussians: 1200, seed: 11 });
const file = WriteAvatar(sample);

DescribeGpu("the picture of two people who hug, around a box", () => {
    let engine: WebGPUEngine;
    let scene: Scene;
    let camera: FreeCamera;
    let box: Mesh;
    let people: GaussianAvatar[];

    beforeAll(async () => {
        engine = await CreateTestEngineAsync(Size, Size);
        scene = new Scene(engine);
        scene.clearColor = new Color4(0.2, 0.3, 0.4, 1);
        camera = new FreeCamera("camera", Vector3.Zero(), scene);
        camera.minZ = 0.1;
        camera.maxZ = 20;
        box = CreateBox("box", { size: BoxSize }, scene);
        const material = new StandardMaterial("box", scene);
        material.disableLighting = true;
        material.emissiveColor = new Color3(0.9, 0.6, 0.1);
        box.material = material;
        people = [await LoadAvatarAsync(file, scene), await LoadAvatarAsync(file, scene)];
        await scene.whenReadyAsync(); // the box has a shader of Babylon's, which is fetched
    });
    afterAll(() => {
        engine.dispose();
    });

    const renderAsync = async (): Promise<Uint8Array> => await RenderPixelsAsync(engine, () => scene.render());

    for (let viewIndex = 0; viewIndex < ViewCount; viewIndex++) {
        it(`equals sorting and blending on the CPU, view ${viewIndex}`, async () => {
            const random = SeededRandom(100 + viewIndex);
            PlaceCamera(camera, random);
            box.position.set(random() - 0.5, 0.5 + random(), random() - 0.5);
            const splats = people.flatMap((person) => PosePerson(person, random));
            const picture = await renderAsync();

            for (const person of people) {
                person.setEnabled(false);
            }
            const behind = await renderAsync();
            for (const person of people) {
                person.setEnabled(true);
            }
            const expected = Blend(splats, behind, CameraOf(camera, scene), box.position);
            KeepPicture(`oracle-${viewIndex}`, picture, Size);
            KeepPicture(`oracle-${viewIndex}-expected`, expected, Size);

            // People cover a good part of the picture, so that the ratio says something about them.
            expect(Psnr(picture, behind)).toBeLessThan(25);
            expect(Psnr(picture, expected)).toBeGreaterThan(LeastPsnr);
            expect(await renderAsync()).toEqual(picture);
        });
    }
});

/** On a circle around the people, looking at their middle. */
function PlaceCamera(camera: FreeCamera, random: () => number): void {
    const angle = random() * 2 * Math.PI;
    const distance = 1.8 + random();
    camera.position.set(Math.sin(angle) * distance, 0.4 + random() * 1.2, Math.cos(angle) * distance);
    camera.setTarget(new Vector3(0, 0.95, 0));
}

/**
 * Poses a person at random, limbs crossing, half inside the other one.
 *
 * @returns her skinned Gaussians, in Babylon's world, by the formula
 */
function PosePerson(person: GaussianAvatar, random: () => number): ReturnType<typeof SkinCloud> {
    person.position.set((random() - 0.5) * 0.4, 0, (random() - 0.5) * 0.4);
    person.rotation.set(0, random() * 2 * Math.PI, 0);
    person.rotationQuaternion = null;
    const { inverseBindMatrices, joints } = person.asset;
    // Babylon's left-handed scenes see glTF through a mirror in x.
    const toWorld = Multiply(FromBabylon(person.computeWorldMatrix(true).m), MirrorX);
    const worlds: Matrix[] = [];
    const skinMatrices: number[] = [];
    joints.forEach((joint, index) => {
        const axis = new Vector3(random() - 0.5, random() - 0.5, random() - 0.5).normalize();
        const angle = (random() - 0.5) * 1.6;
        person.getJoint(joint.smplx!)!.rotationQuaternion = Quaternion.RotationAxis(axis, angle);
        const parent = joint.parent < 0 ? toWorld : worlds[joint.parent]!;
        const world = Multiply(parent, RotateThenMove(axis, angle, joint.translation));
        worlds.push(world);
        const inverseBind = FromBabylon(inverseBindMatrices.subarray(index * 16, index * 16 + 16));
        skinMatrices.push(...Multiply(world, inverseBind).slice(0, 3).flat());
    });
    const channels = person.morphTargetManager!;
    const morphWeights = sample.morphTargets.map((_, channel) => (channels.getTarget(channel).influence = random()));
    return SkinCloud(person.asset.gaussians, person.asset.morphTargets, { skinMatrices, morphWeights, opacity: 1 });
}

const MirrorX: Matrix = [
    [-1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
];

/** Rodrigues' formula, then the translation: the local matrix of a joint. */
function RotateThenMove(axis: Vector3, angle: number, [tx, ty, tz]: readonly [number, number, number]): Matrix {
    const { x, y, z } = axis;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const t = 1 - c;
    return [
        [c + x * x * t, x * y * t - z * s, x * z * t + y * s, tx],
        [y * x * t + z * s, c + y * y * t, y * z * t - x * s, ty],
        [z * x * t - y * s, z * y * t + x * s, c + z * z * t, tz],
        [0, 0, 0, 1],
    ];
}

function CameraOf(camera: FreeCamera, scene: Scene): ICamera {
    return {
        view: camera.getViewMatrix().m,
        projection: scene.getProjectionMatrix().m,
        width: Size,
        height: Size,
        reverseDepth: false,
    };
}

/** Projects, sorts by exact distance and blends in double precision over what stands behind. */
function Blend(
    gaussians: ReturnType<typeof SkinCloud>,
    behind: Uint8Array,
    camera: ICamera,
    boxCenter: Vector3,
): Uint8Array {
    const splats = gaussians
        .map((gaussian) => ProjectGaussian(gaussian, camera))
        .filter((splat): splat is ISplat => splat !== null)
        .sort((a, b) => b.distance - a.distance);
    const depth = BoxDepth(camera, boxCenter);
    const layer = RasteriseSplats(splats, { width: Size, height: Size, transmittanceMin: 0, tileSize: 0, depth });
    return behind.map((value, i) => {
        const alpha = layer[i - (i % 4) + 3]!;
        return Math.round(Math.min(1, layer[i]! + (value / 255) * (1 - alpha)) * 255);
    });
}

/** [H,W] depth buffer of the axis-aligned box, by casting a ray through every pixel's centre; 1 where it misses. */
function BoxDepth(camera: ICamera, center: Vector3): Float64Array {
    const view = FromBabylon(camera.view);
    const projection = FromBabylon(camera.projection);
    const rotation = view.slice(0, 3).map((row) => row.slice(0, 3));
    const eye = [0, 1, 2].map((axis) => -rotation.reduce((sum, row, k) => sum + row[axis]! * view[k]![3]!, 0));
    const depth = new Float64Array(Size * Size).fill(1);
    for (let pixel = 0; pixel < depth.length; pixel++) {
        const x = ((pixel % Size) + 0.5) * (2 / Size) - 1;
        const y = 1 - (Math.floor(pixel / Size) + 0.5) * (2 / Size);
        const ray = [x / projection[0]![0]!, y / projection[1]![1]!, 1];
        const direction = [0, 1, 2].map((axis) => rotation.reduce((sum, row, k) => sum + row[axis]! * ray[k]!, 0));
        let enter = -Infinity;
        let leave = Infinity;
        [center.x, center.y, center.z].forEach((middle, axis) => {
            const a = (middle - BoxSize / 2 - eye[axis]!) / direction[axis]!;
            const b = (middle + BoxSize / 2 - eye[axis]!) / direction[axis]!;
            enter = Math.max(enter, Math.min(a, b));
            leave = Math.min(leave, Math.max(a, b));
        });
        if (enter <= leave && enter > 0) {
            // The ray's parameter is the view depth, since its third coordinate is 1.
            depth[pixel] = (projection[2]![2]! * enter + projection[2]![3]!) / enter;
        }
    }
    return depth;
}
