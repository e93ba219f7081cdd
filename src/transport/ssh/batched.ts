/**
 * Gathers all that is asked at one moment into one run: `run` gets the questions in order, each question its own answer.
 * Fewer processes have to be started on the node.
 */
export function batched<Question, Answer>(
  run: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer | undefined> {
  let questions: readonly Question[] = []
  let answers: Promise<readonly Answer[]> | undefined

  return async (question) => {
    const position = questions.length
    questions = [...questions, question]
    answers ??= Promise.resolve().then(() => {
      const asked = questions
      questions = []
      answers = undefined
      return run(asked)
    })
    return (await answers)[position]
  }
}
