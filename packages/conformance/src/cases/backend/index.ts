import type { Case } from "../../case.ts";
import { hostCases } from "./host.ts";
import { lifetimeCases } from "./lifetime.ts";
import { manifestCases } from "./manifest.ts";
import { memoryCases } from "./memory.ts";

export const backendCases: readonly Case[] = [...manifestCases, ...memoryCases, ...hostCases, ...lifetimeCases];
