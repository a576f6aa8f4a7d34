import { describe, expect, it } from "@jest/globals";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { HeadCamera } from "../../../src/avatar/heads/headCamera.js";
import { InvertPacked4, MultiplyPacked4 } from "../../../src/math/packedMatrix4.js";

const Head = new Vector3(0.2, 1.6, 0.1);
const Width = 0.35;

/** A camera of either handedness. */
function PassCamera(
    isRightHanded: boolean,
    eye = new Vector3(0.6, 1.9, 1.7),
    target = new Vector3(-0.1, 1.5, 0),
): { view: Matrix; projection: Matrix; height: number } {
    const { Up } = Vector3;
    return {
        view: isRightHanded ? Matrix.LookAtRH(eye, target, Up()) : Matrix.LookAtLH(eye, target, Up()),
        projection: isRightHanded
            ? Matrix.PerspectiveFovRH(0.8, 16 / 9, 0.1, 100, true)
            : Matrix.PerspectiveFovLH(0.8, 16 / 9, 0.1, 100, true),
        height: 1080,
    };
}

const ToArray = ({ view, projection, height }: ReturnType<typeof PassCamera>): Parameters<HeadCamera["place"]>[0] => ({
    view: view.m,
    projection: projection.m,
    height,
});

/** A point under a matrix, divided by w. */
function Project(m: ArrayLike<number>, { x, y, z }: Vector3): number[] {
    const at = (column: number): number => x * m[column]! + y * m[4 + column]! + z * m[8 + column]! + m[12 + column]!;
    return [0, 1, 2].map((column) => at(column) / at(3));
}

describe.each([
    ["left-handed", false],
    ["right-handed", true],
])("the camera at a head, %s", (_, isRightHanded) => {
    const pass = PassCamera(isRightHanded);
    const camera = new HeadCamera();
    const isPlaced = camera.place(ToArray(pass), [Head.x, Head.y, Head.z], Width);

    it("is where the camera of the pass is, with the head in the middle of its picture, as wide as asked for", () => {
        expect(isPlaced).toBe(true);
        [0.6, 1.9, 1.7].forEach((value, axis) => {
            expect(camera.position[axis]).toBeCloseTo(value, 5);
        });
        const [u, v] = Project(camera.toPicture, Head);
        expect(u).toBeCloseTo(0.5, 5);
        expect(v).toBeCloseTo(0.5, 5);
        const right = new Vector3(camera.view[0], camera.view[4], camera.view[8]);
        const up = new Vector3(camera.view[1], camera.view[5], camera.view[9]);
        expect(Project(camera.toPicture, Head.add(right.scale(Width / 2)))[0]).toBeCloseTo(1, 5);
        expect(Project(camera.toPicture, Head.add(up.scale(Width / 2)))[1]).toBeCloseTo(0, 5);
        expect(up.y).toBeGreaterThan(0.8);
    });

    it("shows what the pass shows: to the right is to the right, and every ray is one", () => {
        const clip = new Float64Array(16);
        const inverse = new Float64Array(16);
        MultiplyPacked4(pass.view.m, pass.projection.m, clip);
        expect(InvertPacked4(clip, inverse)).toBe(true);
        for (const offset of [
            [0.1, 0, 0],
            [0, 0.12, 0.05],
            [-0.05, -0.1, -0.1],
        ] as const) {
            const [x = 0, y = 0] = Project(clip, Head.add(new Vector3(...offset)));
            const near = new Vector3(...(Project(inverse, new Vector3(x, y, 0.2)) as [number, number, number]));
            const far = new Vector3(...(Project(inverse, new Vector3(x, y, 0.9)) as [number, number, number]));
            const [a, b] = [Project(camera.toPicture, near), Project(camera.toPicture, far)];
            expect(a[0]).toBeCloseTo(b[0]!, 3);
            expect(a[1]).toBeCloseTo(b[1]!, 3);
        }
        const [middle = 0] = Project(clip, Head);
        const side = Head.add(new Vector3(0.1, 0, 0));
        const [u = 0] = Project(camera.toPicture, side);
        expect(Math.sign(u - 0.5)).toBe(Math.sign(Project(clip, side)[0]! - middle));
    });

    it("knows how large the picture is on the screen", () => {
        const depth = Vector3.TransformCoordinates(Head, pass.view).length();
        expect(camera.pixels / ((0.5 * 1080 * pass.projection.m[5]! * Width) / depth)).toBeCloseTo(1, 1);
    });
});

describe("the camera at a head", () => {
    const place = (pass: Parameters<HeadCamera["place"]>[0], width = Width): boolean =>
        new HeadCamera().place(pass, [Head.x, Head.y, Head.z], width);
    const pass = ToArray(PassCamera(false));

    it.each([
        ["on a canvas of no size", { ...pass, height: 0 }],
        ["of an orthographic camera", { ...pass, projection: Matrix.OrthoLH(2, 2, 0.1, 10, true).m }],
        ["of a camera that looks away", ToArray(PassCamera(false, new Vector3(0, 1.6, 2), new Vector3(0, 1.6, 9)))],
        ["of a camera that looks aside", ToArray(PassCamera(false, new Vector3(0, 1.6, 2), new Vector3(9, 1.6, 1)))],
        ["of a camera within the head", ToArray(PassCamera(false, new Vector3(0.2, 1.6, 0.2), Head))],
        ["of a camera that is NaN", { ...pass, view: pass.view && new Float32Array(16).fill(NaN) }],
    ])("is not placed for what it is to show %s", (_name, camera) => {
        expect(place(camera)).toBe(false);
    });

    it("is not placed for a picture of no width", () => {
        expect([place(pass, 0), place(pass, NaN)]).toEqual([false, false]);
    });
});
