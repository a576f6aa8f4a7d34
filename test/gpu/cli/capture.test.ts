import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { PNG } from "pngjs";
import { ReadNpz } from "../../../src/animation/motion/npz.js";
import { CaptureStudio } from "../../../src/cli/capture/studio.js";
import { type ICapturedPicture } from "../../../src/cli/capture/capturedPicture.js";
import { type ICaptureBounds } from "../../../src/convert/capture/cameraPlacement.js";
import { ReadCaptureManifest } from "../../../src/convert/capture/captureManifest.js";
import { type ICaptureSubject, type ISubjectPart } from "../../../src/convert/capture/captureSubject.js";
import { ProjectPoint, type IPinhole } from "../../../src/math/pinhole.js";
import { type Vector3Tuple } from "../../../src/math/vector3.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { DescribeGpu } from "../../support/gpu.js";
import { PrintFigure } from "../../support/motions.js";

const size = 64;

/** A camera that looks along -z from 3 m, turned and shifted so that no number of it is simple. */
const camera: IPinhole = (() => {
    const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
    return {
        width: size,
        height: size,
        K: [150, 0, 33.3, 0, 140, 30.1, 0, 0, 1],
        R: [c, 0, s, 0, -1, 0, s, 0, -c],
        t: [0.02, 0.05, 3],
    };
})();

const Part: Omit<ISubjectPart, "firstTriangle" | "triangleCount"> = {
    name: "part",
    kind: "body",
    alpha: "opaque",
    alphaCutoff: 0.5,
    baseColor: [1, 1, 1, 1],
    texture: null,
};

/** A subject of one part a mesh. */
function SubjectOf(
    meshes: readonly { points: number[]; triangles: number[]; part?: Partial<ISubjectPart> }[],
): ICaptureSubject {
    const positions: number[] = [];
    const triangles: number[] = [];
    const parts = meshes.map(({ points, triangles: own, part }) => {
        const place = { firstTriangle: triangles.length / 3, triangleCount: own.length / 3 };
        triangles.push(...own.map((index) => index + positions.length / 3));
        positions.push(...points);
        return { ...Part, ...part, ...place };
    });
    const count = positions.length / 3;
    return {
        name: "test",
        joints: [{ name: "pelvis", parent: -1 }],
        restJoints: new Float32Array(3),
        positions: Float32Array.from(positions),
        normals: Float32Array.from({ length: count * 3 }, (_, i) => Number(i % 3 === 2)),
        uvs: Float32Array.from({ length: count * 2 }, () => 0.5),
        triangles: Uint32Array.from(triangles),
        triangleParts: Uint16Array.from(parts.flatMap(({ triangleCount }, i) => Array<number>(triangleCount).fill(i))),
        vertexParts: new Uint16Array(count),
        parts,
        skinJoints: new Uint16Array(count * 4),
        skinWeights: new Float32Array(count * 4),
        expressions: [],
        welds: Uint32Array.from({ length: count }, (_, i) => i),
        smoothGroups: Uint32Array.from({ length: count }, (_, i) => i),
    };
}

/** A square that faces +z. */
function Square([x, y, z]: Vector3Tuple, half: number): { points: number[]; triangles: number[] } {
    const corners = [-half, -half, half, -half, half, half, -half, half];
    return {
        points: [0, 2, 4, 6].flatMap((i) => [x + corners[i]!, y + corners[i + 1]!, z]),
        triangles: [0, 1, 2, 0, 2, 3],
    };
}

async function ShootAsync(subject: ICaptureSubject, bounds?: ICaptureBounds): Promise<ICapturedPicture> {
    const studio = await CaptureStudio.CreateAsync(subject, { size, software: true, ...(bounds ? { bounds } : {}) });
    const count = subject.positions.length / 3;
    studio.pose({
        positions: subject.positions,
        normals: subject.normals,
        light: Float32Array.from({ length: count * 4 }, (_, i) => (i % 4 === 3 ? 0 : 1)),
        keyDirection: [0, 0, 1],
        keyColor: [1, 1, 1],
    });
    const picture = await studio.shootAsync(camera);
    studio.dispose();
    return picture;
}

/** Coverage of triangles, by nine rays a pixel, on the processor. */
function Silhouette({ positions, triangles }: ICaptureSubject): Uint8Array {
    const mask = new Uint8Array(size * size);
    const places = Array.from({ length: positions.length / 3 }, (_, v) =>
        ProjectPoint(camera, [positions[v * 3]!, positions[v * 3 + 1]!, positions[v * 3 + 2]!]),
    );
    const isInside = (x: number, y: number): boolean => {
        for (let t = 0; t < triangles.length; t += 3) {
            const [a, b, c] = [places[triangles[t]!]!, places[triangles[t + 1]!]!, places[triangles[t + 2]!]!];
            const side = (p: Vector3Tuple, q: Vector3Tuple): number =>
                (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]);
            const sides = [side(a, b), side(b, c), side(c, a)];
            if (sides.every((value) => value >= 0) || sides.every((value) => value <= 0)) {
                return true;
            }
        }
        return false;
    };
    for (let i = 0; i < mask.length; i++) {
        let hits = 0;
        for (let s = 0; s < 9; s++) {
            hits += Number(
                isInside((i % size) + ((s % 3) + 0.5) / 3, Math.floor(i / size) + (Math.floor(s / 3) + 0.5) / 3),
            );
        }
        mask[i] = Math.round((255 * hits) / 9);
    }
    return mask;
}

DescribeGpu("the capture studio", () => {
    it("sees known points where the calibration says, to a seventh of a pixel", async () => {
        const points: Vector3Tuple[] = [
            [0, 0, 0],
            [0.4, 0.3, 0.2],
            [-0.35, 0.35, -0.3],
            [-0.3, -0.4, 0.4],
            [0.45, -0.3, -0.1],
        ];
        const { mask } = await ShootAsync(SubjectOf(points.map((point) => Square(point, 0.03))));
        let worst = 0;
        for (const point of points) {
            const [x, y] = ProjectPoint(camera, point);
            let [sum, sumX, sumY] = [0, 0, 0];
            for (let row = Math.floor(y) - 4; row <= y + 4; row++) {
                for (let column = Math.floor(x) - 4; column <= x + 4; column++) {
                    const weight = mask[row * size + column]!;
                    sum += weight;
                    sumX += weight * (column + 0.5);
                    sumY += weight * (row + 0.5);
                }
            }
            worst = Math.max(worst, Math.abs(sumX / sum - x), Math.abs(sumY / sum - y));
        }
        PrintFigure(`marks of a captured subject are ${worst.toFixed(3)} px off`);
        // A third of a pixel is a sample; the mean over a mark of three pixels is a few hundredths off.
        expect(worst).toBeLessThan(0.15);
    });

    it("covers what the processor says, in colours multiplied by coverage", async () => {
        const outline = Array.from({ length: 12 }, (_, i) => [
            Math.sin(i / 1.91) * (i % 2 ? 0.5 : 0.3),
            Math.cos(i / 1.91) * 0.55,
            i / 20,
        ]);
        const points = [0, 0, 0, ...outline.flat()];
        const subject = SubjectOf([{ points, triangles: outline.flatMap((_, i) => [0, 1 + i, 1 + ((i + 1) % 12)]) }]);
        const { mask, rgb } = await ShootAsync(subject);
        const expected = Silhouette(subject);
        let [both, either, most] = [0, 0, 0];
        mask.forEach((value, i) => {
            both += Math.min(value, expected[i]!);
            either += Math.max(value, expected[i]!);
            most = Math.max(most, Math.abs(value - expected[i]!));
            expect(Math.max(...rgb.subarray(i * 3, i * 3 + 3))).toBeLessThanOrEqual(value);
            // White in white light.
            expect(Math.min(...rgb.subarray(i * 3, i * 3 + 3))).toBeGreaterThanOrEqual(value - 1);
        });
        PrintFigure(`silhouette of a capture: IoU ${(both / either).toFixed(4)}, largest difference ${most} of 255`);
        expect(both / either).toBeGreaterThan(0.99);
    });

    it("cuts off what is outside of the ball that is captured", async () => {
        // A wall that cuts the ball where it is 0.3 m across.
        const wall = SubjectOf([Square([0, 0, 0.1], 2)]);
        const { mask } = await ShootAsync(wall, { center: [0, 0, 0.1 - 0.4], radius: 0.5 });
        const disc = Array.from({ length: 96 }, (_, i): number[] => {
            const angle = (i / 96) * 2 * Math.PI;
            return [0.3 * Math.cos(angle), 0.3 * Math.sin(angle), 0.1];
        });
        const triangles = disc.flatMap((_, i) => [0, 1 + i, 1 + ((i + 1) % 96)]);
        const expected = Silhouette(SubjectOf([{ points: [0, 0, 0.1, ...disc.flat()], triangles }]));
        const both = mask.reduce((sum, value, i) => sum + Math.min(value, expected[i]!), 0);
        const either = mask.reduce((sum, value, i) => sum + Math.max(value, expected[i]!), 0);
        expect(both / either).toBeGreaterThan(0.99);
    });

    it("draws what is clear over what is solid, whatever comes first", async () => {
        const glass = { ...Square([0, 0, 0.3], 0.3), part: { alpha: "blend", baseColor: [0, 0, 0, 0.5] } } as const;
        const { mask, rgb } = await ShootAsync(SubjectOf([glass, { ...Square([0, 0, 0], 0.5) }]));
        const [x, y] = ProjectPoint(camera, [0, 0, 0.2]);
        const middle = Math.floor(y) * size + Math.floor(x);
        expect(mask[middle]).toBe(255);
        expect(Math.abs(rgb[middle * 3]! - 127)).toBeLessThanOrEqual(2);
        const alone = await ShootAsync(SubjectOf([glass]));
        expect(Math.abs(alone.mask[middle]! - 128)).toBeLessThanOrEqual(2);
        expect(alone.rgb[middle * 3]).toBe(0);
    });
});

const path = MakeTestFolder();
const Arguments = [
    "capture",
    "assets/mannequin.glb",
    "--poses",
    "2",
    "--held-out",
    "1",
    "--size",
    "32",
    "--jobs",
    "1",
    "--software",
];

/** Fingerprints of all files of a folder. */
function Fingerprints(folder: string): Map<string, string> {
    const names = readdirSync(folder, { recursive: true }).map(String).sort();
    return new Map(
        names
            .filter((name) => statSync(join(folder, name)).isFile())
            .map((name) => [
                name,
                createHash("sha256")
                    .update(readFileSync(join(folder, name)))
                    .digest("hex"),
            ]),
    );
}

DescribeGpu("gaussian-avatar capture", () => {
    it("writes the layout of THuman4.0, and after a broken run the same bytes", async () => {
        const folder = path("captures/ada");
        const { code, err } = await RunAsync([...Arguments, "-o", folder]);
        expect(err).toContain("no textures");
        expect(code).toBe(0);
        const manifest = ReadCaptureManifest(readFileSync(join(folder, "capture.json")), "capture.json");
        expect(manifest.frames.map(({ split }) => split)).toEqual(["train", "train", "heldOut"]);
        manifest.frames.forEach(({ cameras }, frame) => {
            for (const name of cameras) {
                const file = `${name}/${String(frame).padStart(8, "0")}.png`;
                const image = PNG.sync.read(readFileSync(join(folder, "images", file)));
                const mask = PNG.sync.read(readFileSync(join(folder, "masks", file)));
                expect([image.width, mask.height]).toEqual([32, 32]);
                expect(mask.data.some((value, i) => i % 4 === 0 && value > 200)).toBe(true);
                // The person is inside the pictures of the whole body.
                if (manifest.cameras[name]!.target === "body") {
                    const edge = [...mask.data.subarray(0, 32 * 4).filter((_, i) => i % 4 === 0)];
                    expect(Math.max(...edge)).toBe(0);
                }
            }
        });
        const poses = ReadNpz(readFileSync(join(folder, "smpl_params.npz")), ["body_pose", "left_hand_pose", "betas"]);
        expect([...poses.values()].map(({ shape }) => shape)).toEqual([
            [1, 10],
            [3, 63],
            [3, 45],
        ]);
        const calibration = JSON.parse(readFileSync(join(folder, "calibration.json"), "utf8")) as Record<
            string,
            unknown
        >;
        expect(Object.keys(calibration)).toHaveLength(16);

        const whole = Fingerprints(folder);
        for (const name of [...whole.keys()].filter((name) => name.startsWith("images")).slice(0, 4)) {
            rmSync(join(folder, name));
        }
        const torn = join(folder, "images", manifest.frames[0]!.cameras[0]!, ".00000000.png.0000.tmp");
        writeFileSync(torn, "half a picture");
        const again = await RunAsync([...Arguments, "-o", folder]);
        expect(again.out).toMatch(/4 taken/);
        expect(existsSync(torn)).toBe(false);
        expect(Fingerprints(folder)).toEqual(whole);

        const other = await RunAsync([...Arguments, "--seed", "2", "-o", folder]);
        expect(other.err).toMatch(/error: .*holds a capture of --seed 1\. Say the same/);
        expect(Fingerprints(folder)).toEqual(whole);

        const licensed = await RunAsync([...Arguments, "--license", "CC0-1.0", "-o", folder]);
        expect([licensed.code, licensed.err]).toEqual([0, expect.not.stringContaining("say under which licence")]);
        const json = join(folder, "capture.json");
        expect(ReadCaptureManifest(readFileSync(json), json)).toEqual({ ...manifest, license: "CC0-1.0" });
        const unsaid = await RunAsync([...Arguments, "-o", folder]);
        expect([unsaid.code, unsaid.err]).toEqual([0, expect.not.stringContaining("say under which licence")]);

        const [first, ...others] = manifest.frames;
        const older = { ...manifest, frames: [{ ...first, source: "another" }, ...others] };
        writeFileSync(json, JSON.stringify(older));
        const newer = await RunAsync([...Arguments, "-o", folder]);
        expect(newer.err).toMatch(/error: .*another version of this program began/);
        expect(readFileSync(json, "utf8")).toBe(JSON.stringify(older));
    });

    it("shoots a head alone, from all around, in the same layout", async () => {
        const folder = path("head");
        const { code, err } = await RunAsync([...Arguments, "--of", "head", "-o", folder]);
        expect([code, err]).toEqual([0, expect.not.stringContaining("error")]);
        const manifest = ReadCaptureManifest(readFileSync(join(folder, "capture.json")), "capture.json");
        expect([manifest.request.of, manifest.light.what]).toEqual([
            "head",
            expect.stringMatching(/turn with the head/),
        ]);
        expect(new Set(Object.values(manifest.cameras).map(({ target }) => target))).toEqual(new Set(["head"]));
        expect(readFileSync(join(folder, "calibration.json"), "utf8").trim()).toBe("{}");
        const [first] = manifest.frames[0]!.cameras;
        const mask = PNG.sync.read(readFileSync(join(folder, "masks", first!, "00000000.png")));
        expect(mask.data.some((value, i) => i % 4 === 0 && value > 200)).toBe(true);
        const body = await RunAsync([...Arguments, "-o", folder]);
        expect(body.err).toMatch(/holds a capture of a head \(--of head\)\. Say the same/);
    });

    it("says what is wrong with what it is given", async () => {
        writeFileSync(path("notes.txt"), "mine");
        const busy = await RunAsync([...Arguments, "-o", path("")]);
        expect(busy.err).toMatch(/which is no capture's: give -o a new folder/);
        const second = await RunAsync(["capture", "a.glb", "b.glb", "-o", path("x")]);
        expect([second.code, second.err]).toEqual([
            2,
            expect.stringMatching(/"b\.glb" is a second\. Motions follow --motion/),
        ]);
        const long = await RunAsync([...Arguments, "--license", "x".repeat(300), "-o", path("x")]);
        expect([long.code, long.err]).toEqual([2, expect.stringMatching(/--license has 300 characters: 1 to 256/)]);
        const share = await RunAsync([...Arguments, "--share", "2/2", "-o", path("x")]);
        expect([share.code, share.err]).toEqual([2, expect.stringMatching(/--share is "2\/2"/)]);
        writeFileSync(
            path("empty.bvh"),
            "HIERARCHY\nROOT hips\n{\n OFFSET 0 0 0\n CHANNELS 3 Xrotation Yrotation Zrotation\n End Site\n {\n OFFSET 0 1 0\n }\n}\nMOTION\nFrames: 0\nFrame Time: 0.03\n",
        );
        const empty = await RunAsync([...Arguments, "--motion", path("empty.bvh"), "-o", path("x")]);
        expect(empty.err).toMatch(/^error: empty\.bvh.*/m);
        expect(existsSync(path("x"))).toBe(false);
        if (process.getuid?.() !== 0) {
            chmodSync(path(""), 0o500);
            const closed = await RunAsync([...Arguments, "-o", path("y")]);
            chmodSync(path(""), 0o700);
            expect(closed.err).toMatch(/cannot be written: permission is denied/);
        }
    });
});
