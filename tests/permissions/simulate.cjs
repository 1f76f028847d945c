// Asks iam-simulate what policies say to requests. JSON on standard input and on standard output:
// [{statements, action, resource, account, context}] becomes [true, false, …]: allowed or not.
// A request that IAM's reference does not know (no such action, no such kind of resource for it,
// no such condition key) ends the process: then what was asked is wrong, whatever the policy.
'use strict'

const { readFileSync } = require('node:fs')
const { runSimulation } = require('@cloud-copilot/iam-simulate')

// The key's own policy leaves it to IAM, as AWS's default does.
const keyPolicy = (account) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*'
    }
  ]
})

const simulation = ({ statements, action, resource, account, context }) => ({
  request: {
    principal: `arn:aws:iam::${account}:role/function`,
    action,
    resource: { resource, accountId: account },
    contextVariables: context
  },
  identityPolicies: [
    { name: 'function', policy: { Version: '2012-10-17', Statement: statements } }
  ],
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  resourcePolicy: action.startsWith('kms:') ? keyPolicy(account) : undefined
})

// iam-simulate finds a condition key with a variable behind a slash in the reference, and none
// behind a colon, as KMS has it. So it compares the same values under a name that it finds.
const COLON = 'kms:EncryptionContext:'
const SLASH = 'aws:PrincipalTag/EncryptionContext:'

const respelled = (asked) =>
  asked.action.startsWith('kms:')
    ? JSON.parse(JSON.stringify(asked).replaceAll(`"${COLON}`, `"${SLASH}`))
    : asked

const isAllowed = async (asked) => {
  const found = await runSimulation(simulation(respelled(asked)), {})
  const what = `${asked.action} on ${asked.resource}`
  if (found.resultType === 'error') throw new Error(`${what}: ${JSON.stringify(found.errors)}`)
  const unknown = found.result?.ignoredContextKeys ?? []
  if (unknown.length > 0) throw new Error(`${what}: IAM knows no ${unknown.join(', ')} there`)
  return found.overallResult === 'Allowed'
}

const main = async () => {
  const answers = []
  for (const asked of JSON.parse(readFileSync(0, 'utf8'))) answers.push(await isAllowed(asked))
  process.stdout.write(JSON.stringify(answers))
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
