import {
    BuildHeadModelAsync,
    DefaultHeadConfig,
    type IHeadConfig,
} from "../../src/convert/gaussianHead/buildHeadModel.js";
import { type IHeadModel } from "../../src/format/headModel.js";
import { FixtureTensor, ReadGoldenFixture, type IGoldenFixture } from "./goldenFixture.js";

/** A head of a fixture: what the official code made of it, and which of its points each of ours is. */
export interface IGoldenHead {
    /** The fixture. */
    readonly fixture: IGoldenFixture;
    /** The head, in the unit of the networks. */
    readonly model: IHeadModel;
    /** [N] the fixture's index of each point of the model. */
    readonly order: Uint32Array;
}

/**
 * Reads a head.
 *
 * @param name of the fixture
 * @param config what differs from the published configuration
 * @param frame whose face stands for all where one has to
 */
export async function ReadGoldenHeadAsync(
    name: string,
    config: Partial<IHeadConfig> = {},
    frame = 0,
): Promise<IGoldenHead> {
    const fixture = ReadGoldenFixture(name);
    const tensors = new Map(
        fixture.tensors
            .filter((tensor) => tensor.name.startsWith("w:"))
            .map((tensor) => [tensor.name.slice(2), FixtureTensor(fixture, tensor.name)]),
    );
    const zero = [0, 0, 0, 0, 0, 0];
    const model = await BuildHeadModelAsync(
        tensors,
        name,
        { ...DefaultHeadConfig, ...config },
        {
            tier: "full",
            unit: 1,
            origin: [0, 0, 0],
            joint: 0,
            poseRange: { rest: zero, least: zero, greatest: zero },
            face: {
                code: fixture.row("exp_coeff", frame, fixture.config["exp_coeffs_dim"] as number),
                pose: fixture.row("pose", frame, 6),
            },
        },
    );
    const points = fixture.values("w:xyz");
    const key = (values: ArrayLike<number>, point: number): string =>
        [0, 1, 2].map((axis) => values[point * 3 + axis]!).join();
    const indexOf = new Map(Array.from({ length: points.length / 3 }, (_, point) => [key(points, point), point]));
    const order = Uint32Array.from(model.shares, (_, point) => indexOf.get(key(model.positions, point))!);
    return { fixture, model, order };
}

/** What the rigid part of the method does: the rotation matrix of a vector, row by row, and where the angle is floored. */
export function OfficialRotation(vector: ArrayLike<number>): number[] {
    const [x, y, z] = [vector[0]!, vector[1]!, vector[2]!];
    const angle = Math.sqrt(Math.max(x * x + y * y + z * z, 1e-4));
    const [s, c] = [Math.sin(angle) / angle, (1 - Math.cos(angle)) / (angle * angle)];
    const k = [0, -z, y, z, 0, -x, -y, x, 0];
    return k.map((value, i) => {
        const [row, column] = [Math.floor(i / 3), i % 3];
        const square = [0, 1, 2].reduce((sum, j) => sum + k[row * 3 + j]! * k[j * 3 + column]!, 0);
        return Number(row === column) + s * value + c * square;
    });
}
