/**
 * Making avatars, in Node and in pages: bake rigged characters, convert trained people, read, write and validate avatar files.
 *
 * @packageDocumentation
 */
export {
    BakeAvatarAsync,
    type BakeStage,
    DefaultSplats,
    type IBakeAvatarOptions,
    type IBakeProgress,
} from "./bake/bakeAvatar.js";
export { AvatarBakeError, type AvatarBakeErrorCode } from "./bake/avatarBakeError.js";
export { type IGltfWithResources } from "./bake/readDocument.js";
export { type DecodeImage, type IDecodedImage } from "./bake/riggedCharacter.js";
export { RigError, type RigErrorCode } from "../animation/rig/rigError.js";
export {
    ConvertAnimatableGaussiansAsync,
    type ConvertStage,
    type IConvertAnimatableGaussiansOptions,
    type IConvertProgress,
} from "./animatableGaussians/convertAnimatableGaussians.js";
export { type IBodyConfig, ReadBodyConfigAsync } from "./animatableGaussians/bodyConfig.js";
export {
    type ConvertHeadStage,
    ConvertGaussianHeadAsync,
    type IConvertGaussianHeadOptions,
} from "./gaussianHead/convertGaussianHead.js";
export {
    BakeHeadChannelsAsync,
    type IBakedChannels,
    type IBakeHeadChannelsOptions,
} from "./gaussianHead/bakeChannels.js";
export { type ChannelMoves } from "./gaussianHead/movedRows.js";
export { type IHeadConfig } from "./gaussianHead/buildHeadModel.js";
export { type IExpressionPairs, ReadExpressionPairsAsync } from "./gaussianHead/expressionPairs.js";
export { FitExpressionPairs, type IExpressionPairsFit } from "./gaussianHead/fitExpressionPairs.js";
export { type ExpressionMatrix, ReadExpressionMatrix } from "./gaussianHead/expressionMatrix.js";
export { ConvertLiteAsync, type IConvertLiteOptions } from "./lite/convertLite.js";
export { ConvertLiteHeadAsync, type IConvertLiteHeadOptions } from "./liteHead/convertLiteHead.js";
export { ConvertError, type ConvertErrorCode } from "./convertError.js";
export { FolderOfFiles, type IFolderSource } from "./animatableGaussians/folderSource.js";
export { CheckpointError, type CheckpointErrorCode } from "./checkpoint/checkpointError.js";
export { FileOfBlob, type IRandomAccessFile } from "./checkpoint/randomAccessFile.js";
export { NetworkBuildError, type NetworkBuildErrorCode } from "./networks/networkBuildError.js";
export { type NetworkPrecision } from "./networks/emitNetwork.js";
export { ReadCharacterMotionsAsync } from "./motion/readCharacterMotions.js";
export { ReadCharacterFacesAsync } from "./motion/readCharacterFaces.js";
export { type IMotion } from "../animation/motion/motion.js";
export { DecodeImageInBrowserAsync } from "./decodeImageInBrowser.js";
export {
    AvatarFormatError,
    type AvatarFormatErrorCode,
    type AvatarFormatWarningCode,
    type IValidationIssue,
} from "../format/avatarFormatError.js";
export { type IReadAvatarOptions, ReadAvatar, ReadAvatarAsync, ValidateAvatar } from "../format/readAvatar.js";
export { LoadNetworkAsync } from "../format/loadNetwork.js";
export { type LoadUriAsync } from "../format/sideFiles.js";
export { type IAvatarFiles, type IWriteAvatarOptions, WriteAvatar, WriteAvatarFiles } from "../format/writeAvatar.js";
