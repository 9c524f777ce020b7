#!/bin/sh
# The namespace as `throughline dev` prepares it (src/dev/prepareNamespace.ts): closed workflows kept for 30 days, the
# search attributes of src/generation/searchAttributes.ts. Run again, it changes nothing.
# Needs the temporal CLI; TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where.
set -eu

# An open port is not yet a server that answers.
attempts_left=60
until temporal operator cluster health >/dev/null 2>&1; do
  attempts_left=$((attempts_left - 1))
  if [ "$attempts_left" -eq 0 ]; then
    echo "the Temporal server at $TEMPORAL_ADDRESS did not become healthy within a minute" >&2
    exit 1
  fi
  sleep 1
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention 30d
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
fi

# A new namespace is known to every part of the server only after some seconds, and so are search attributes.
registered() {
  temporal workflow count \
    --query "ThroughlineModel = '-' AND ThroughlineStatus = '-' AND ThroughlineAttempts = 0" >/dev/null 2>&1
}
attempts_left=60
until registered; do
  temporal operator search-attribute create --name ThroughlineModel --type Keyword || true
  temporal operator search-attribute create --name ThroughlineStatus --type Keyword || true
  temporal operator search-attribute create --name ThroughlineAttempts --type Int || true
  attempts_left=$((attempts_left - 1))
  if [ "$attempts_left" -eq 0 ]; then
    echo "the search attributes could not be registered in namespace $TEMPORAL_NAMESPACE" >&2
    exit 1
  fi
  sleep 1
done
echo "namespace $TEMPORAL_NAMESPACE is ready"
