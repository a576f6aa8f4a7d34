import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { type ICanonicalMesh } from "../bake/canonicalMesh.js";

/** What parts of a subject can be. `lashes` are brows as well; `mouth` is teeth, gums and tongue. */
export const SubjectPartKinds = ["body", "clothing", "hair", "eyes", "mouth", "lashes", "shoes"] as const;

/** What a part of a subject is. */
export type SubjectPartKind = (typeof SubjectPartKinds)[number];

/** Words of mesh and material names, in the order in which they are looked for: lashes are looked for ahead of eyes. */
const Words: readonly (readonly [SubjectPartKind, RegExp])[] = [
    ["lashes", /lash|brow/],
    ["mouth", /teeth|tooth|tongue|gum|mouth/],
    ["eyes", /eye|iris|cornea|sclera|pupil/],
    ["shoes", /shoe|boot|sneaker|sandal|heel|footwear|slipper/],
    ["hair", /hair|wig|pony|braid|beard|mustache|moustache|fringe/],
    [
        "clothing",
        /cloth|suit|shirt|pant|jean|trouser|dress|skirt|jacket|coat|top|bottom|outfit|sweater|hood|short|blouse|vest|sleeve|sock/,
    ],
    ["body", /body|skin|head|face|hand|human|arm|leg/],
];

/** Share of all weights of a part that must lie on some joints for these to tell what it is. */
const TellingShare = 0.8;

const Eyes: readonly SmplxJointName[] = ["left_eye", "right_eye"];
const Feet: readonly SmplxJointName[] = ["left_ankle", "right_ankle", "left_foot", "right_foot"];
const Hands = /index|middle|pinky|ring|thumb/;

/**
 * What a mesh is. The user's word counts most, then the words in the names of mesh and material; where these say nothing, its
 * skin weights: what hangs on the eyes, on the feet or (transparent) on the head alone is eyes, shoes or hair, what has
 * fingers or expressions is the body, and the rest is clothing.
 *
 * A character modelled as a single mesh is all body: nothing in the file tells its shirt from its skin. Name it clothing to
 * have it fold; head, hands and feet never do.
 *
 * @param mesh the mesh
 * @param known kinds by name of mesh or material
 */
export function KindOfMesh(mesh: ICanonicalMesh, known: Readonly<Record<string, SubjectPartKind>>): SubjectPartKind {
    const { name, material, morphs } = mesh.source;
    const stated = known[name] ?? known[material.name];
    if (stated) {
        return stated;
    }
    const text = `${name} ${material.name}`.toLowerCase();
    const named = Words.find(([, words]) => words.test(text));
    if (named) {
        return named[0];
    }
    const shares = WeightShares(mesh);
    const on = (joints: readonly SmplxJointName[]): number => joints.reduce((sum, joint) => sum + shares[joint], 0);
    if (on(Eyes) > TellingShare) {
        return "eyes";
    }
    if (on(Feet) > TellingShare) {
        return "shoes";
    }
    if (on(["head", "neck"]) > TellingShare && material.alphaMode !== "OPAQUE") {
        return "hair";
    }
    const fingers = SmplxJointNames.filter((joint) => Hands.test(joint));
    return morphs.length > 0 || on(fingers) > 0 || on(["head"]) > TellingShare ? "body" : "clothing";
}

function WeightShares({ joints, weights }: ICanonicalMesh): Record<SmplxJointName, number> {
    const sums = Object.fromEntries(SmplxJointNames.map((joint) => [joint, 0])) as Record<SmplxJointName, number>;
    const count = Math.max(1, weights.length / 4);
    weights.forEach((weight, i) => {
        sums[SmplxJointNames[joints[i]!]!] += weight / count;
    });
    return sums;
}
