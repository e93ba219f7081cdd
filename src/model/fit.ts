import type { Reading } from '../core/reading.ts'
import type { Ceiling } from './ceiling.ts'
import type { Advice } from './risk.ts'
import type { EngineId } from './workload.ts'

/** The answer of `llmtop fit`: what a model will need, by device and part, whether it fits, and what to change. */
export interface FitReport {
  readonly model: FitModel
  readonly engine: EngineId
  /** The settings that decide memory, as they were stated; what is not here is the engine's own choice. */
  readonly config: Readonly<Record<string, FitSetting>>
  /** Of one request at most, as the engine will set it up. */
  readonly contextTokens: Reading<number>
  /** Requests at the same time, in words, where the engine's default decides: `4 slots that share one cache`. */
  readonly slots: string | undefined
  readonly basis: Ceiling['basis']
  readonly fits: FitVerdict
  readonly perGpu: readonly FitGpu[]
  readonly host: FitHost
  readonly kv: FitKv
  readonly workings: readonly { readonly term: string; readonly bytes: number }[]
  readonly explanations: FitExplanations
  readonly advice: readonly FitAdvice[]
  /** What was assumed because nobody said it, and what llmtop does not know; one sentence each. */
  readonly assumptions: readonly string[]
}

export type FitSetting = string | number | boolean | readonly number[]

export interface FitVerdict {
  readonly verdict: 'yes' | 'no' | 'unsure'
  readonly reason: string
}

export interface FitModel {
  readonly name: string
  readonly family: string
  readonly quantization: Reading<string>
  readonly parameters: Reading<number>
  readonly layers: number
  readonly contextLength: Reading<number>
  /** Where its shape was read: a file, or the catalogue. */
  readonly source: string
}

export interface FitGpu {
  readonly name: Reading<string>
  readonly totalBytes: Reading<number>
  /** Free now where the GPU is real, else its capacity. */
  readonly availableBytes: Reading<number>
  readonly weightsBytes: Reading<number>
  /** Attention KV; for vLLM, SGLang and TGI the pool that the budget leaves. */
  readonly kvBytes: Reading<number>
  readonly stateBytes: Reading<number>
  readonly activationsBytes: Reading<number>
  readonly overheadBytes: Reading<number>
  /** The sum of the parts. */
  readonly neededBytes: Reading<number>
  readonly lowBytes: Reading<number>
  readonly highBytes: Reading<number>
}

export interface FitHost {
  readonly weightsBytes: Reading<number>
  readonly kvBytes: Reading<number>
  readonly otherBytes: Reading<number>
  /** What `otherBytes` is made of. */
  readonly workings: readonly { readonly term: string; readonly bytes: number }[]
  readonly availableBytes: Reading<number>
}

export interface FitKv {
  readonly bytes: Reading<number>
  readonly bytesPerToken: Reading<number>
  readonly marginalBytesPerToken: Reading<number>
  readonly cells: Reading<number>
  readonly capacityTokens: Reading<number>
  readonly maxContextTokens: Reading<number>
}

/** How the parts come about, in words and numbers. */
export type FitExplanations = Readonly<
  Record<'weights' | 'kv' | 'state' | 'activations' | 'overhead', string>
>

/** A change, the context and cache type that it leads to, and whether the model fits with it. */
export interface FitAdvice extends Advice {
  readonly contextTokens: number | undefined
  readonly kvType: string | undefined
  readonly enough: boolean
  /** Only the flags that change, for a table. */
  readonly flags: string
}

/** One cell of `llmtop fit --compare`. */
export interface FitCell {
  readonly quantization: string
  readonly kvType: string
  readonly contextTokens: number
  readonly neededBytes: Reading<number>
  /** Tokens that the pool holds, for engines that take a budget. */
  readonly capacityTokens: Reading<number>
  readonly fits: FitVerdict['verdict']
}
