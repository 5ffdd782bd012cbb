/**
 * The login as a process, or on several ports within one.
 */
import { createLoginApp } from '../../http/login-routes.ts'
import type { Invocation } from '../command.ts'
import { type Context, runRole } from '../context.ts'
import { openFace } from '../face.ts'
import { joinParts, type Part } from '../part.ts'

export function runLogin(invocation: Invocation): Promise<number> {
  return runRole(invocation, async (context) => {
    const { loginPort } = context.settings
    const { part, urls } = await loginPart(context, [loginPort], '--port')
    context.announce(`energyguard login ready at ${urls.join(', ')}`)
    return part
  })
}

/** Throws CommandError when a port cannot be had; `flag` names the setting that chose them. */
export async function loginPart(
  { clock, trace, metrics, settings }: Context,
  ports: readonly number[],
  flag: string,
): Promise<{ readonly part: Part; readonly urls: readonly string[] }> {
  const { host, adminUser, adminPass, adminToken } = settings
  const credentials = { user: adminUser, password: adminPass, token: adminToken }
  const parts = { trace, metrics, readiness: () => undefined }
  const faces = []
  for (const port of ports) {
    const app = await createLoginApp(credentials, parts)
    faces.push(await openFace(clock, app, { host, port }, flag))
  }
  return { part: joinParts(faces.map((face) => face.part)), urls: faces.map(({ url }) => url) }
}
