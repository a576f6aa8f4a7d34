import { SmplxJointNames } from "../../format/bodyModel.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyPoints } from "./bodyPoints.js";

/** Legs are measured this often; after that the size of a person is known. */
const MostMeasurements = 120;
/** No person is smaller or larger, next to the avatar. */
const Range = { from: 0.25, to: 4 } as const;

const Legs = (["left", "right"] as const).map((side) => ({
    hip: SmplxJointNames.indexOf(`${side}_hip`),
    knee: SmplxJointNames.indexOf(`${side}_knee`),
    ankle: SmplxJointNames.indexOf(`${side}_ankle`),
}));

/** Learns how large a tracked person is next to a body, from the legs. */
export class TrackedScale {
    private readonly _leg: number;
    private readonly _fixed: number | null;
    private _sum = 0;
    private _count = 0;

    /**
     * @param body the body
     * @param scale metres of the body for a metre of the person, if it is known
     */
    public constructor({ legLength }: IAvatarBody, scale?: number) {
        this._leg = legLength;
        this._fixed = scale ?? (legLength > 0 ? null : 1);
    }

    /**
     * Looks at the legs. Allocates nothing.
     *
     * @param points the person
     * @returns metres of the body for a metre of the person, as far as it is known
     */
    public learn({ positions, known }: BodyPoints): number {
        if (this._fixed !== null) {
            return this._fixed;
        }
        for (let side = 0; side < Legs.length && this._count < MostMeasurements; side++) {
            const { hip, knee, ankle } = Legs[side]!;
            if (known[hip] === 1 && known[knee] === 1 && known[ankle] === 1) {
                const length = Distance(positions, hip, knee) + Distance(positions, knee, ankle);
                this._sum += Math.min(this._leg / Range.from, Math.max(this._leg / Range.to, length));
                this._count++;
            }
        }
        return this._count > 0 ? (this._leg * this._count) / this._sum : 1;
    }
}

/** Math.hypot allocates. */
function Distance(positions: Float64Array, a: number, b: number): number {
    let squared = 0;
    for (let i = 0; i < 3; i++) {
        const way = positions[a * 3 + i]! - positions[b * 3 + i]!;
        squared += way * way;
    }
    return Math.sqrt(squared);
}
