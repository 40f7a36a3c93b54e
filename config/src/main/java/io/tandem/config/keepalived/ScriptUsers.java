// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.Script;
import io.tandem.config.text.Origin;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who runs a script: the user it names, the one of {@code script_user}, or keepalived's default.
 *
 * <p>With {@code enable_script_security} that default must exist; without, root steps in.
 */
final class ScriptUsers {
    private static final String DEFAULT_USER = "keepalived_script";

    private final Findings findings;
    private final Globals globals;
    private final Set<String> users;
    private final Set<String> groups;
    private boolean complained;

    ScriptUsers(Findings findings, Globals globals, KeepalivedHost host) {
        this.findings = findings;
        this.globals = globals;
        this.users = host.users();
        this.groups = host.groups();
    }

    /**
     * A script of a notify line.
     *
     * @param at which parameter names the user, if there is one
     * @return null, with a complaint, where nobody can run it
     */
    @Nullable Script script(Statement s, List<String> command, int at) {
        if (command.isEmpty()) {
            return null;
        }
        if (s.parameters() >= at) {
            String user = s.parameter(at);
            String group = s.parameters() > at ? s.parameter(at + 1) : null;
            if (!exist(user, group)) {
                // keepalived's check is silent here, and its script does not run
                findings.warn(
                        s.origin(),
                        "script " + command.get(0) + " is not run: there is no user " + user
                                + (group == null ? "" : " or group " + group));
                return null;
            }
            return new Script(command, user, group);
        }
        return hasDefault(s.origin()) ? new Script(command, globals.scriptUser, globals.scriptGroup) : null;
    }

    /** Whether user and group are known to this host by name. */
    boolean exist(String user, @Nullable String group) {
        return users.contains(user) && (group == null || groups.contains(group));
    }

    /** Whether there is a user for scripts that name none; complains once. */
    boolean hasDefault(Origin at) {
        if (globals.scriptUser != null || !globals.scriptSecurity || users.contains(DEFAULT_USER)) {
            return true;
        }
        if (!complained) {
            complained = true;
            findings.error(
                    at,
                    "Unable to set default user " + DEFAULT_USER + " for script",
                    "global_defs { script_user USER }");
        }
        return false;
    }
}
