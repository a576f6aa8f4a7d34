/** Axis of a file's world that points up: that of the body model, of mocap archives (z), or of cameras (−y). */
export type SmplUpAxis = "y" | "z" | "-y";

/** Turns about x that make y point up, xyzw: −90° of z up, 180° of y down, where a person before a camera faces −z. */
export const ToYUp: Readonly<Record<SmplUpAxis, Float64Array | null>> = {
    y: null,
    z: Float64Array.of(-Math.SQRT1_2, 0, 0, Math.SQRT1_2),
    "-y": Float64Array.of(1, 0, 0, 0),
};

/** What a file tells of its up axis. */
export interface ISmplUpAxis {
    /** The axis. */
    readonly axis: SmplUpAxis;
    /** Why it was taken, unless a person stands along y; a sentence that names the remedy. */
    readonly warning: string | null;
}

/** Arrays that only the z-up mocap archives have, with the weight of that as a share of a person standing upright. */
const ArchiveArrays: Readonly<Record<string, number>> = { mocap_time_length: 0.6, dmpls: 0.4, marker_data: 0.3 };

/**
 * Cosine of the mean lean up to which people stand, or walk bent. Who lies, spins on her back or sleeps is below, along
 * whatever axis she happens to lie: then y is as good a guess as any, and the body model's own.
 */
const Standing = 0.5;

const Names = { y: "y up", z: "z up", "-y": "y down, as the images of a camera have it" } as const;
const Remedy = "If it is not, state the `upAxis` of the file.";

/**
 * Finds the axis that points up: a person stands more than she lies, let alone on her head.
 *
 * @param rotations [T,width] rotation vectors, radians
 * @param width numbers a frame
 * @param column first number of the pelvis in a frame, or −1 when its rotation is not known
 * @param names names of all arrays of the file
 */
export function FindUpAxis(
    rotations: Float64Array,
    width: number,
    column: number,
    names: ReadonlySet<string>,
): ISmplUpAxis {
    const [up, forward] = column < 0 ? [1, 0] : MeanBodyAxis(rotations, width, column);
    const archive = Object.entries(ArchiveArrays).reduce(
        (sum, [name, share]) => sum + (names.has(name) ? share : 0),
        0,
    );
    if (forward + archive > up && (archive > 0 || forward > Math.max(Standing, -up))) {
        return { axis: "z", warning: `The file is taken for ${Names.z}. ${Remedy}` };
    }
    if (-up > Standing) {
        return { axis: "-y", warning: `The file is taken for ${Names["-y"]}. ${Remedy}` };
    }
    const warning = `The file is taken for ${Names.y}, though the body seldom stands along y. ${Remedy}`;
    return { axis: "y", warning: up > Standing ? null : warning };
}

/** Components y and z of the body's own up axis in the world of the file, mean of all frames. */
function MeanBodyAxis(rotations: Float64Array, width: number, column: number): [number, number] {
    const frames = rotations.length / width;
    let [up, forward] = [0, 0];
    for (let frame = 0; frame < frames; frame++) {
        const at = frame * width + column;
        const [x, y, z] = [rotations[at]!, rotations[at + 1]!, rotations[at + 2]!];
        const angle = Math.hypot(x, y, z);
        // Rodrigues' formula for the image of +y; near angle 0 that is +y itself.
        const [s, c] = angle > 1e-9 ? [Math.sin(angle) / angle, (1 - Math.cos(angle)) / angle ** 2] : [1, 0];
        up += (1 - c * (x * x + z * z)) / frames;
        forward += (s * x + c * y * z) / frames;
    }
    return [up, forward];
}
