// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.keepalived.Executables.Verdict;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether scripts are there, and whether root may run them; in keepalived's words. */
final class ScriptChecks {
    private final Findings findings;
    private final Globals globals;
    private final KeepalivedHost host;
    private final Executables executables;
    private boolean runs;
    private boolean insecure;

    ScriptChecks(Findings findings, KeepalivedHost host, Globals globals) {
        this.findings = findings;
        this.host = host;
        this.globals = globals;
        this.executables = new Executables(host.environment());
    }

    /** Takes scripts that cannot or must not run out of the blocks that name them. */
    void check(Map<String, TrackScript> scripts, Collection<InstanceDraft> instances, List<NotifyDraft> groups) {
        Set<String> disabled = new LinkedHashSet<>();
        for (TrackScript script : scripts.values()) {
            if (isDisabled(script)) {
                disabled.add(script.name());
            }
        }
        instances.forEach(draft -> draft.tracks.scripts.removeIf(script -> disabled.contains(script.name())));
        Stream.concat(instances.stream().map(draft -> draft.notifying), groups.stream())
                .forEach(this::checkNotify);
        for (Globals.FifoDraft fifo : List.of(globals.allFifo, globals.vrrpFifo)) {
            if (fifo.path != null && fifo.reader != null) {
                runs |= executables.has(fifo.reader.command());
            }
        }
        if (globals.scriptSecurity) {
            return;
        }
        if (runs) {
            findings.insecureScripts("SECURITY VIOLATION - scripts are being executed but script_security not enabled."
                    + (insecure ? " There are insecure scripts." : ""));
        }
        if (globals.startup != null || globals.shutdown != null) {
            findings.insecureScripts(
                    "SECURITY VIOLATION - start/shutdown scripts are being executed but script_security"
                            + " not enabled.");
        }
    }

    private boolean isDisabled(TrackScript script) {
        Verdict verdict = executables.judge(script.command());
        switch (verdict) {
            case MISSING:
                findings.error(null, "Disabling track script " + script.name() + " since not found/accessible");
                return true;
            case INSECURE:
                runs = true;
                boolean isProgram = Executables.isProgram(script.command().get(0));
                boolean asRoot = isRoot(script.user());
                insecure |= isProgram && asRoot;
                if (!isProgram || (asRoot && globals.scriptSecurity)) {
                    findings.error(null, "Disabling track script " + script.name() + " due to insecure");
                    return true;
                }
                return false;
            case FINE:
                runs = true;
                return false;
            default:
                return false;
        }
    }

    private void checkNotify(NotifyDraft notify) {
        for (Script script : notify.all().toList()) {
            Verdict verdict = executables.judge(script.command());
            runs |= verdict == Verdict.FINE || verdict == Verdict.INSECURE;
            if (verdict == Verdict.INSECURE && isRoot(script.user())) {
                insecure = true;
                if (globals.scriptSecurity) {
                    // keepalived does not run it either, and says so only in its log
                    findings.warn(
                            null,
                            "notify script " + script.command().get(0)
                                    + " is not run: somebody but root may change it");
                    notify.scripts.values().removeIf(script::equals);
                    notify.any = script.equals(notify.any) ? null : notify.any;
                }
            } else if (verdict == Verdict.MISSING) {
                findings.hint(null, "notify script " + script.command().get(0) + " is not there now", null);
            }
        }
    }

    private boolean isRoot(@Nullable String user) {
        return user == null ? !host.users().contains("keepalived_script") : user.equals("root") || user.equals("0");
    }
}
