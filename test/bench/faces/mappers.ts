import { performance } from "node:perf_hooks";
import { DescribeExpressionSpace } from "../../../src/animation/face/space/describeExpressionSpace.js";
import { ExpressionMapper } from "../../../src/animation/face/space/expressionMapper.js";
import { type IExpressionSpace } from "../../../src/animation/face/space/expressionSpace.js";
import { ArkitCount } from "../../../src/animation/face/vocabulary/arkit.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { SeededRandom } from "../../support/seededRandom.js";

const Rounds = 7;
const FramesARound = 20_000;

/** Shapes that speech and a glance use at once. */
const SomeShapes = 12;

/** What mapping costs, microseconds. */
export interface IMapperTime {
    /** Which channels. */
    readonly title: string;
    /** With every shape in use. */
    readonly all: number;
    /** With some in use. */
    readonly some: number;
    /** A copy of 52 numbers in the same run. */
    readonly copy: number;
}

/**
 * Times mappers: an avatar's own channels, and full maps of the sizes of well-known bases, with their jaw and eyes.
 *
 * @param demo an avatar
 */
export function TimeMappers(demo: IAvatarAsset): IMapperTime[] {
    const own = DescribeExpressionSpace(demo);
    return [
        TimeMapper(`${own.channels.length}, the demo person's`, own),
        TimeMapper("79, as many as BFM's", FullSpace(own, 79)),
        TimeMapper("100 and 3 joints, as many as FLAME's", FullSpace(own, 100)),
    ];
}

function FullSpace(own: IExpressionSpace, count: number): IExpressionSpace {
    const random = SeededRandom(count);
    const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => random() - 0.5);
    return {
        ...own,
        channels: Array.from({ length: count }, (_, channel) => `component ${channel}`),
        rest: new Float32Array(count),
        least: new Float32Array(count).fill(-3),
        greatest: new Float32Array(count).fill(3),
        fromArkit: numbers(ArkitCount * count),
        joints: (["jaw", "left_eye", "right_eye"] as const).map((joint) => ({
            joint,
            turns: numbers(ArkitCount * 3),
        })),
    };
}

function TimeMapper(title: string, space: IExpressionSpace): IMapperTime {
    const mapper = new ExpressionMapper(space);
    const code = new Float32Array(space.channels.length);
    const turns = new Float64Array(4 * space.joints.length);
    const all = new Float64Array(ArkitCount).fill(0.4);
    const some = all.map((weight, shape) => (shape < SomeShapes ? weight : 0));
    const copied = new Float64Array(ArkitCount);
    return {
        title,
        all: Microseconds(() => {
            mapper.map(all, code, turns);
        }),
        some: Microseconds(() => {
            mapper.map(some, code, turns);
        }),
        copy: Microseconds(() => {
            copied.set(all);
        }),
    };
}

/** Fastest of several rounds: whatever else the machine does only adds. */
function Microseconds(work: () => void): number {
    let best = Infinity;
    for (let round = 0; round < Rounds; round++) {
        const begin = performance.now();
        for (let frame = 0; frame < FramesARound; frame++) {
            work();
        }
        best = Math.min(best, ((performance.now() - begin) / FramesARound) * 1000);
    }
    return best;
}
