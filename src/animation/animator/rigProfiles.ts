import { type SmplxJointName } from "../../format/bodyModel.js";
import { CalibrateRig } from "../rig/calibrateRig.js";
import { MapRig, RequireJoints, RigError } from "../rig/mapRig.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";

/** Corrections of a rig's mapping: the name of the bone that plays a joint, or null for none. */
export type RigOverrides = Readonly<Partial<Record<SmplxJointName, string | null>>>;

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
     * @param overrides what the caller knows better; null takes the rig as it is
     * @throws RigError when required joints are missing, or an override names a bone that is not there
     */
    public profileOf(source: IRigSource, overrides: RigOverrides | null): IRigProfile {
        if (overrides) {
            return MakeProfile(source, overrides);
        }
        const known = this._known.get(source.key);
        if (known && IsSameRig(known.rig, source.rig)) {
            return known.profile;
        }
        const profile = MakeProfile(source, {});
        this._known.set(source.key, { rig: source.rig, profile });
        return profile;
    }
}

/** Another clip of the same file may reach other nodes above or below the skeleton. */
function IsSameRig(a: RestRig, b: RestRig): boolean {
    return a.length === b.length && a.every((node, i) => node.name === b[i]!.name && node.parent === b[i]!.parent);
}

function MakeProfile({ rig, humanoid, name }: IRigSource, overrides: RigOverrides): IRigProfile {
    const explicit: Partial<Record<SmplxJointName, number>> = { ...humanoid };
    for (const [joint, bone] of Object.entries(overrides) as [SmplxJointName, string | null][]) {
        const node = rig.findIndex((candidate) => candidate.name === bone);
        if (bone !== null && node < 0) {
            throw new RigError("rig-unknown-node", `The rig of "${name}" has no node "${bone}" to be its ${joint}.`);
        }
        explicit[joint] = node;
    }
    const mapping = MapRig(rig, explicit);
    RequireJoints(mapping, name);
    return { mapping, calibration: CalibrateRig(rig, mapping) };
}
