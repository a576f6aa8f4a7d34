import { type SmplxJointName } from "../../format/bodyModel.js";
import { type RestRig } from "../rig/restRig.js";
import { DescribeRig, type IRigProfile, type RigJointNames } from "../rig/rigProfile.js";

/** What the profile of a rig is made from. */
export interface IRigSource {
    /** Name for messages. */
    readonly name: string;
    /** The rig at rest. */
    readonly rig: RestRig;
    /** Nodes that the file itself names as human bones. */
    readonly humanoid?: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** What lives as long as the rig, to remember its profile by. */
    readonly key: object;
}

/** Profiles of rigs, made once for each. */
export class RigProfiles {
    private readonly _known = new WeakMap<object, { readonly rig: RestRig; readonly profile: IRigProfile }>();

    /**
     * The profile of a rig.
     *
     * @param source the rig
     * @param joints what the caller knows better; null takes the rig as it is
     * @throws RigError when required joints are missing, or `joints` names a bone that is not there
     */
    public profileOf(source: IRigSource, joints: RigJointNames | null): IRigProfile {
        const { key, rig, name, humanoid = {} } = source;
        if (joints) {
            return DescribeRig(rig, { name, humanoid, joints });
        }
        const known = this._known.get(key);
        if (known && IsSameRig(known.rig, rig)) {
            return known.profile;
        }
        const profile = DescribeRig(rig, { name, humanoid });
        this._known.set(key, { rig, profile });
        return profile;
    }
}

/** Another clip of the same file may reach other nodes above or below the skeleton. */
function IsSameRig(a: RestRig, b: RestRig): boolean {
    return a.length === b.length && a.every((node, i) => node.name === b[i]!.name && node.parent === b[i]!.parent);
}
