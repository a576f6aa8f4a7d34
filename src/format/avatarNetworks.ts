import { type IAvatarAsset } from "./avatarAsset.js";
import { type IAvatarNetwork } from "./mapModel.js";

/**
 * All ONNX networks of an avatar, whatever they are for; one that several tiers run is listed once for each.
 *
 * @param asset the avatar
 */
export function NetworksOfAvatar({
    mapModels,
    headModel,
}: Pick<IAvatarAsset, "mapModels" | "headModel">): IAvatarNetwork[] {
    return [...mapModels.flatMap(({ networks }) => networks), ...(headModel?.refiner?.networks ?? [])];
}

/**
 * The avatar with other networks in the places of its own.
 *
 * @param asset the avatar; left as it is
 * @param change gives what stands for a network; asked once for each
 */
export async function WithNetworksAsync(
    asset: IAvatarAsset,
    change: (network: IAvatarNetwork) => Promise<IAvatarNetwork>,
): Promise<IAvatarAsset> {
    const changed = new Map<IAvatarNetwork, Promise<IAvatarNetwork>>();
    const ofAsync = async (networks: readonly IAvatarNetwork[]): Promise<IAvatarNetwork[]> =>
        await Promise.all(
            networks.map(async (network) => {
                const result = changed.get(network) ?? change(network);
                changed.set(network, result);
                return await result;
            }),
        );
    const mapModels = await Promise.all(
        asset.mapModels.map(async (model) => ({ ...model, networks: await ofAsync(model.networks) })),
    );
    const { headModel } = asset;
    return headModel?.refiner
        ? {
              ...asset,
              mapModels,
              headModel: {
                  ...headModel,
                  refiner: { ...headModel.refiner, networks: await ofAsync(headModel.refiner.networks) },
              },
          }
        : { ...asset, mapModels };
}
