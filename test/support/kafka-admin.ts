/**
 * What tests do to a broker beside the adapter, as an operator or another client would.
 */
import { Admin } from '@platformatic/kafka'

function openAdmin(bootstrap: string): Admin {
  return new Admin({ clientId: 'test-operator', bootstrapBrokers: [bootstrap], strict: true })
}

/** What retention does when its time has come. */
export async function removeAllRecords(bootstrap: string, topic: string): Promise<void> {
  const admin = openAdmin(bootstrap)
  const { topics } = await admin.metadata({ topics: [topic] })
  const count = topics.get(topic)?.partitionsCount ?? 0
  const partitions = Array.from({ length: count }, (_, partition) => ({ partition, offset: -1n }))
  await admin.deleteRecords({ topics: [{ name: topic, partitions }] })
  await admin.close()
}
