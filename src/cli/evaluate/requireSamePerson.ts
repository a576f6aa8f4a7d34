import { type ICaptureSubject } from "../../convert/capture/captureSubject.js";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { CliError } from "../cliError.js";

/** Joints of one person lie as near to each other in all her files, metres. */
const JointTolerance = 0.01;

/** Entries of the rotation of a joint that rests unrotated miss those of the identity by less. */
const TurnTolerance = 0.01;

/**
 * Refuses an avatar that is not of the subject: figures of different people mean nothing.
 *
 * @param asset the avatar
 * @param path of its file, for messages
 * @param subject the subject
 * @throws CliError `not-comparable`, naming the joint or the expression
 */
export function RequireSamePerson(asset: IAvatarAsset, path: string, subject: ICaptureSubject): void {
    subject.joints.forEach(({ name }, joint) => {
        const index = asset.joints.findIndex(({ smplx }) => smplx === name);
        if (index < 0) {
            throw new CliError("not-comparable", `${path} has no joint ${name}, which the subject has.`);
        }
        // The inverse of a joint that rests unrotated moves by the negative of its place.
        const inverse = asset.inverseBindMatrices.subarray(index * 16, index * 16 + 16);
        const turn = [0, 1, 2, 4, 5, 6, 8, 9, 10].map((at) => Math.abs(inverse[at]! - Number(at % 5 === 0)));
        if (Math.max(...turn) > TurnTolerance) {
            throw new CliError(
                "not-comparable",
                `${path}: joint ${name} is turned at rest; avatars are compared whose joints are not, as convert and bake make them.`,
            );
        }
        const distance = Math.hypot(...[0, 1, 2].map((i) => inverse[12 + i]! + subject.restJoints[joint * 3 + i]!));
        if (distance > JointTolerance) {
            throw new CliError(
                "not-comparable",
                `${path} is not of ${subject.name}: joint ${name} lies ${(distance * 100).toFixed(1)} cm from the subject's, ` +
                    `up to ${JointTolerance * 100} cm are rounding. Give the character that the avatar was made of as --subject.`,
            );
        }
    });
    const known = new Set(subject.expressions.map(({ name }) => name));
    const missing = asset.morphTargets.filter(({ name }) => !known.has(name)).map(({ name }) => name);
    if (missing.length > 0) {
        throw new CliError(
            "not-comparable",
            `The subject lacks ${missing.length} of the ${asset.morphTargets.length} expressions of ${path}, ${missing[0]} first: ` +
                "give the character with its morph targets as --subject.",
        );
    }
}
