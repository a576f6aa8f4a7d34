import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "@jest/globals";
import { zipSync } from "fflate";
import { PNG } from "pngjs";
import { type IAvatarAsset, type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { NeutralSmplxSkeleton } from "../../../src/animation/pose/neutralSkeleton.js";
import { GenericSkeleton } from "../../../src/animation/rig/genericSkeleton.js";
import { DescribeGpu } from "../../support/gpu.js";
import { SmplxJointNames } from "../../../src/format/bodyModel.js";

type Point = readonly [number, number, number];

/** A Gaussian of the test avatars. */
interface IDot {
    readonly at: Point;
    readonly joint?: number;
    readonly size?: number;
    readonly opacity?: number;
    readonly color?: Point;
}

/** An avatar that is nothing but these Gaussians; small ones become the projection's low-pass, half a pixel wide. */
function DotAvatar(dots: readonly IDot[]): IAvatarAsset {
    const gaussians: IGaussianCloud = {
        count: dots.length,
        positions: Float32Array.from(dots.flatMap(({ at }) => at)),
        rotations: Float32Array.from(dots.flatMap(() => [0, 0, 0, 1])),
        scales: Float32Array.from(dots.flatMap(({ size = 0.0005 }) => [size, size, size])),
        opacities: Float32Array.from(dots.map(({ opacity = 0.99 }) => opacity)),
        colors: Float32Array.from(dots.flatMap(({ color = [1, 1, 1] }) => color)),
        jointIndices: Uint16Array.from(dots.flatMap(({ joint = 0 }) => [joint, 0, 0, 0])),
        jointWeights: Float32Array.from(dots.flatMap(() => [1, 0, 0, 0])),
    };
    return { ...MakeSampleAvatar({ gaussians: 10, morphTargets: 0 }), gaussians, morphTargets: [] };
}

/** A camera turned about all axes, with unequal focal lengths, skew, and its principal point far off the middle. */
const Camera = MakeCamera();

function MakeCamera(): { width: number; height: number; K: number[]; R: number[]; t: number[] } {
    const [yaw, pitch, roll] = [0.3, -0.2, 0.1];
    const turn = (axis: number, angle: number): number[][] => {
        const matrix = [0, 1, 2].map((row) => [0, 1, 2].map((column) => Number(row === column)));
        const [a, b] = [(axis + 1) % 3, (axis + 2) % 3];
        matrix[a]![a] = matrix[b]![b] = Math.cos(angle);
        matrix[a]![b] = -Math.sin(angle);
        matrix[b]![a] = Math.sin(angle);
        return matrix;
    };
    // OpenCV looks along +z with y down; half a turn about x brings it before a person who faces +z.
    const R = [turn(2, roll), turn(0, pitch), turn(1, yaw), turn(0, Math.PI)].reduce((left, right) =>
        left.map((row) =>
            [0, 1, 2].map((column) => row.reduce((sum, value, k) => sum + value * right[k]![column]!, 0)),
        ),
    );
    const flat = R.flat();
    const middle = [0.05, 1, 0];
    const t = [0, 1, 2].map(
        (row) => -flat.slice(row * 3, row * 3 + 3).reduce((sum, value, k) => sum + value * middle[k]!, 0),
    );
    t[2]! += 2.5;
    return { width: 200, height: 150, K: [210, 4, 120, 0, 190, 61, 0, 0, 1], R: flat, t };
}

/** K (R X + t), pixels. */
function Project([x, y, z]: Point): readonly [number, number] {
    const { K, R, t } = Camera;
    const camera = [0, 1, 2].map((row) => R[row * 3]! * x + R[row * 3 + 1]! * y + R[row * 3 + 2]! * z + t[row]!);
    const [u, v, w] = [0, 1, 2].map((row) =>
        K.slice(row * 3, row * 3 + 3).reduce((sum, value, k) => sum + value * camera[k]!, 0),
    );
    return [u! / w!, v! / w!];
}

/** Middle of what is drawn near a place, the middle of the first pixel being (0.5, 0.5). */
function FindDot(png: PNG, [u, v]: readonly [number, number], reach = 4): readonly [number, number] {
    let [mass, x, y] = [0, 0, 0];
    for (let row = Math.floor(v) - reach; row <= Math.floor(v) + reach; row++) {
        for (let column = Math.floor(u) - reach; column <= Math.floor(u) + reach; column++) {
            const alpha = png.data[(row * png.width + column) * 4 + 3] ?? 0;
            mass += alpha;
            x += alpha * (column + 0.5);
            y += alpha * (row + 0.5);
        }
    }
    return [x / mass, y / mass];
}

/**
 * Splats are cut off where alpha falls below 1/255 and alpha has 8 bits, both of which move the middle of a dot by less
 * than 0.02 pixels; half a pixel of misunderstanding would be far outside.
 */
const PixelTolerance = 0.05;

/** The body of a motion file has legs of other proportions than the avatar: its hips are millimetres higher or lower. */
const OtherBody = 0.5;

function ExpectDotAt(png: PNG, expected: readonly [number, number], tolerance = PixelTolerance): void {
    const found = FindDot(png, expected);
    expect(Math.abs(found[0] - expected[0])).toBeLessThan(tolerance);
    expect(Math.abs(found[1] - expected[1])).toBeLessThan(tolerance);
}

const pathOf = MakeTestFolder();

function SaveAvatar(name: string, asset: IAvatarAsset): string {
    writeFileSync(pathOf(name), WriteAvatar(asset));
    return pathOf(name);
}

async function RenderAsync(avatar: string, name: string, ...options: string[]): Promise<PNG> {
    const result = await RunAsync(["render", avatar, "-o", pathOf(name), "--software", ...options]);
    expect(result.err).not.toMatch(/error/i);
    expect(result).toMatchObject({ code: 0, out: `${pathOf(name)}\n` });
    return PNG.sync.read(readFileSync(pathOf(name)));
}

const CameraFile = pathOf("camera.json");
writeFileSync(CameraFile, JSON.stringify(Camera));

DescribeGpu("gaussian-avatar render", () => {
    it("puts every point where the calibrated camera says: K (R X + t)", async () => {
        const points: Point[] = [
            [0, 1, 0],
            [0.4, 1.2, 0.1],
            [-0.5, 0.85, -0.2],
            [0.25, 0.75, 0.3],
            [-0.3, 1.25, 0.25],
        ];
        const avatar = SaveAvatar("dots.glb", DotAvatar(points.map((at) => ({ at }))));
        const png = await RenderAsync(avatar, "dots.png", "--camera-json", CameraFile);
        expect([png.width, png.height]).toEqual([Camera.width, Camera.height]);
        for (const point of points) {
            ExpectDotAt(png, Project(point));
        }
    });

    it("writes straight alpha on a transparent background, and blends on a colour", async () => {
        const dot = { at: [0, 1, 0] as const, size: 0.1, opacity: 0.5, color: [1, 0.5, 0.25] as const };
        const avatar = SaveAvatar("half.glb", DotAvatar([dot]));
        const [u, v] = Project(dot.at).map(Math.floor) as [number, number];
        const pixelOf = (png: PNG, x: number, y: number): number[] =>
            Array.from(png.data.subarray((y * png.width + x) * 4).subarray(0, 4));
        const clear = await RenderAsync(avatar, "clear.png", "--camera-json", CameraFile);
        const blue = await RenderAsync(avatar, "blue.png", "--camera-json", CameraFile, "--background", "#0000ff");
        // Half of a step of 8 bits before the division by alpha is a whole step after it.
        const expectNear = (found: number[], expected: number[]): void => {
            found.forEach((value, channel) => {
                expect(Math.abs(value - expected[channel]!)).toBeLessThanOrEqual(2);
            });
        };
        expectNear(pixelOf(clear, u, v), [255, 128, 64, 128]);
        expect(pixelOf(clear, 1, 1)).toEqual([0, 0, 0, 0]);
        expectNear(pixelOf(blue, u, v), [128, 64, 160, 255]);
        expect(pixelOf(blue, 1, 1)).toEqual([0, 0, 255, 255]);
    });

    it("poses the joints as an SMPL motion file says, at the frame of the time asked for", async () => {
        const shoulder = SmplxJointNames.indexOf("left_shoulder");
        const wrist = SmplxJointNames.indexOf("left_wrist");
        const hand = GenericSkeleton[wrist]!;
        const avatar = SaveAvatar("hand.glb", DotAvatar([{ at: hand, joint: wrist }]));
        // Frame 3 of 10 a second: the left arm a quarter turn up, the whole person 5 cm to her left.
        const frames = 5;
        const poses = new Float32Array(frames * 165);
        poses[3 * 165 + shoulder * 3 + 2] = Math.PI / 2;
        const trans = new Float32Array(frames * 3);
        trans[3 * 3] = 0.05;
        writeFileSync(
            pathOf("raise.npz"),
            Npz({
                poses: [frames, 165, poses],
                trans: [frames, 3, trans],
                mocap_frame_rate: [1, 1, Float32Array.of(10)],
            }),
        );
        const options = ["--pose", pathOf("raise.npz"), "--camera-json", CameraFile, "--time"];
        const down = await RenderAsync(avatar, "down.png", ...options, "0");
        ExpectDotAt(down, Project(hand), OtherBody);
        const up = await RenderAsync(avatar, "up.png", ...options, "0.3");
        const [sx, sy, sz] = GenericSkeleton[shoulder]!;
        // A quarter turn about +z: (x, y) → (-y, x).
        ExpectDotAt(up, Project([sx - (hand[1] - sy) + 0.05, sy + (hand[0] - sx), sz + (hand[2] - sz)]), OtherBody);
    });

    it("takes z for up in motions that say so", async () => {
        const wrist = SmplxJointNames.indexOf("left_wrist");
        const hand = GenericSkeleton[wrist]!;
        const avatar = SaveAvatar("upright.glb", DotAvatar([{ at: hand, joint: wrist }]));
        // A quarter turn about +x stands a person of a z-up world on her feet; 20 cm above its floor is the floor she
        // stands on all the time, half a metre along y is behind her.
        const poses = new Float32Array(165);
        poses[0] = Math.PI / 2;
        const [, restY, restZ] = NeutralSmplxSkeleton.positions[0]!;
        const trans = Float32Array.of(0, 0.5 - restY - restZ, 0.2);
        writeFileSync(pathOf("upright.npz"), Npz({ poses: [1, 165, poses], trans: [1, 3, trans] }));
        const options = ["--pose", pathOf("upright.npz"), "--pose-up", "z", "--camera-json", CameraFile];
        const png = await RenderAsync(avatar, "upright.png", ...options);
        ExpectDotAt(png, Project([hand[0], hand[1], hand[2] - 0.5]), OtherBody);
    });

    it("begins a clip at its own time zero, not at its first key", async () => {
        const pelvis = GenericSkeleton[0]!;
        const asset = DotAvatar([{ at: pelvis }]);
        // Half a metre to her left in a second, from the first key at 0.5 s on.
        const values = Float32Array.of(...pelvis, pelvis[0] + 0.5, pelvis[1], pelvis[2]);
        const track = { joint: 0, path: "translation", times: Float32Array.of(0.5, 1.5), values } as const;
        const avatar = SaveAvatar("late.glb", { ...asset, animations: [{ name: "late", tracks: [track] }] });
        for (const [seconds, x] of [
            ["0.25", 0],
            ["1", 0.25],
            ["1.5", 0.5],
        ] as const) {
            const png = await RenderAsync(avatar, "late.png", "--time", seconds, "--camera-json", CameraFile);
            ExpectDotAt(png, Project([x, pelvis[1], pelvis[2]]));
        }
    });

    it("leaves a twentieth of the picture empty around the person, no more", async () => {
        // A cross of dots, two metres high and one wide; a dot is cut off half a pixel's low-pass away from its middle.
        const dots: Point[] = [
            [0, 0, 0],
            [0, 2, 0],
            [-0.5, 1, 0],
            [0.5, 1, 0],
        ];
        const avatar = SaveAvatar("cross.glb", DotAvatar(dots.map((at) => ({ at }))));
        const png = await RenderAsync(avatar, "cross.png", "--size", "200x400");
        const rows = Array.from({ length: png.height }, (_, y) =>
            png.data.subarray(y * png.width * 4, (y + 1) * png.width * 4).some((value, i) => i % 4 === 3 && value > 64),
        );
        const empty = [rows.indexOf(true), png.height - 1 - rows.lastIndexOf(true)];
        for (const margin of empty) {
            expect(Math.abs(margin / png.height - 0.05)).toBeLessThan(0.01);
        }
    });

    it("numbers frames by their frame number, and clips move the person", async () => {
        const avatar = SaveAvatar("walk.glb", MakeSampleAvatar({ gaussians: 300 }));
        const options = ["--frames", "5:16:5", "--fps", "20", "--size", "48x64", "--clip", "walk", "--software"];
        const { code, out } = await RunAsync(["render", avatar, "-o", pathOf("frames/walk.png"), ...options]);
        expect(code).toBe(0);
        const names = ["walk.0005.png", "walk.0010.png", "walk.0015.png"];
        expect(out).toBe(names.map((name) => `${pathOf(`frames/${name}`)}\n`).join(""));
        expect(readdirSync(dirname(pathOf("frames/x"))).sort()).toEqual(names);
        const [first, second] = names.map((name) => readFileSync(pathOf(`frames/${name}`)));
        expect(first!.equals(second!)).toBe(false);
        // The same moment again, asked for as a time: half a second.
        const again = await RenderAsync(avatar, "again.png", "--time", "0.5", "--size", "48x64", "--camera", "0,0,4");
        const wrapped = await RenderAsync(
            avatar,
            "wrapped.png",
            "--time",
            "1.5",
            "--size",
            "48x64",
            "--camera",
            "0,0,4",
        );
        expect(wrapped.data.equals(again.data)).toBe(true);
    });

    it("has the whole person in the picture from every side", async () => {
        const avatar = SaveAvatar("whole.glb", MakeSampleAvatar({ gaussians: 300 }));
        for (const [index, camera] of ["0,0", "90,0", "-35,40", "180,-20"].entries()) {
            const name = `side${index}.png`;

            const { data, width, height } = await RenderAsync(avatar, name, "--size", "60x80", "--camera", camera);
            let drawn = 0;
            for (let y = 0; y < height; y++) {
                for (let x = 0; x < width; x++) {
                    const alpha = data[(y * width + x) * 4 + 3]!;
                    drawn += Number(alpha > 128);
                    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) {
                        expect(alpha).toBe(0);
                    }
                }
            }
            expect(drawn).toBeGreaterThan(0.02 * width * height);
        }
    });

    it("names the clips that there are when the one asked for is not, and writes nothing", async () => {
        const avatar = SaveAvatar("clips.glb", MakeSampleAvatar({ gaussians: 20 }));
        const output = pathOf("never.png");
        const { code, err } = await RunAsync([
            "render",
            avatar,
            "-o",
            output,
            "--clip",
            "fly",
            "--software",
            "--quiet",
        ]);
        expect([code, err]).toEqual([1, 'error: There is no clip "fly". The clips of the avatar are walk.\n']);
        expect(existsSync(output)).toBe(false);
    });

    it("refuses a camera that is none", async () => {
        const avatar = SaveAvatar("camera.glb", MakeSampleAvatar({ gaussians: 20 }));
        const mirrored = { ...Camera, R: Camera.R.map((value, i) => (i < 3 ? -value : value)) };
        for (const [camera, message] of [
            ["{", /is not JSON/],
            [JSON.stringify({ ...Camera, K: [1, 2] }), /"K" must be 9 numbers/],
            [JSON.stringify({ ...Camera, width: 0 }), /the size 0 × 150/],
            [JSON.stringify(mirrored), /"R" must be a rotation/],
        ] as const) {
            writeFileSync(pathOf("bad.json"), camera);

            const { code, err } = await RunAsync([
                "render",
                avatar,
                "-o",
                pathOf("no.png"),
                "--camera-json",
                pathOf("bad.json"),
            ]);
            expect(code).toBe(1);
            expect(err).toMatch(message);
        }
    });
});

/** An NPZ file of 32-bit floats, as `numpy.savez` writes it. */
function Npz(arrays: Readonly<Record<string, readonly [number, number, Float32Array]>>): Uint8Array {
    const files = Object.entries(arrays).map(([name, [rows, columns, values]]) => {
        const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`.padEnd(117) + "\n";
        const head = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0);
        const bytes = new Uint8Array(128 + values.byteLength);
        bytes.set(head);
        bytes.set(new TextEncoder().encode(header), 10);
        bytes.set(new Uint8Array(values.buffer), 128);
        return [`${name}.npy`, bytes] as const;
    });
    return zipSync(Object.fromEntries(files));
}
