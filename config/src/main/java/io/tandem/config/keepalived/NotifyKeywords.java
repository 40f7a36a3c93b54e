// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.Script;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code notify_master} and its kin, {@code smtp_alert}: the same in an instance and in a sync group. */
final class NotifyKeywords {
    private static final Map<String, Moment> MOMENTS = Map.of(
            "notify_master", Moment.MASTER,
            "notify_backup", Moment.BACKUP,
            "notify_fault", Moment.FAULT,
            "notify_stop", Moment.STOP);

    private final Findings findings;
    private final Values values;
    private final ScriptUsers users;

    NotifyKeywords(Findings findings, ScriptUsers users) {
        this.findings = findings;
        this.values = new Values(findings);
        this.users = users;
    }

    /** Whose lines these are. */
    interface Notifying {
        NotifyDraft notifying();

        /** As messages begin: {@code (VI_1)}, {@code vrrp group G:}. */
        String notifyTag();
    }

    /** What both have. */
    <T extends Notifying> void declare(Keywords<T> keywords, String kind) {
        MOMENTS.forEach((keyword, moment) -> keywords.onParameter(keyword, (block, s) -> set(block, moment, s)));
        keywords.onParameter("notify", (block, s) -> {
                    if (!isTwice(block, s, block.notifying().any)) {
                        block.notifying().any = script(s);
                    }
                })
                .on(
                        "notify_priority_changes",
                        (block, s) -> block.notifying().tellsPriorities = values.flag(
                                s,
                                block.notifyTag().replace("vrrp group ", "(").replace(":", ")") + " Invalid value '"
                                        + s.parameter(1) + "' for " + (kind.equals("group") ? "sync group " : "")
                                        + "notify_priority_changes specified"))
                .on(
                        "smtp_alert",
                        (block, s) -> block.notifying().mails =
                                values.flag(s, "Invalid vrrp_" + kind + " smtp_alert parameter " + s.parameter(1)));
    }

    /** What only an instance has. */
    <T extends Notifying> void declareForInstance(Keywords<T> keywords) {
        keywords.onParameter("notify_master_rx_lower_pri", (block, s) -> set(block, Moment.MASTER_RX_LOWER_PRI, s))
                .on("notify_deleted", (block, s) -> {
                    NotifyDraft draft = block.notifying();
                    if (draft.tellsDeleted) {
                        findings.error(
                                s.origin(),
                                block.notifyTag() + " notify_deleted already specified - ignoring " + s.parameter(1));
                        return;
                    }
                    draft.tellsDeleted = true;
                    if (s.parameters() > 0) {
                        set(block, Moment.DELETED, s);
                    }
                });
    }

    private void set(Notifying block, Moment moment, Statement s) {
        NotifyDraft draft = block.notifying();
        if (!isTwice(block, s, draft.scripts.get(moment))) {
            Script script = script(s);
            if (script != null) {
                draft.scripts.put(moment, script);
            }
        }
    }

    private boolean isTwice(Notifying block, Statement s, @Nullable Script before) {
        if (before != null) {
            findings.error(
                    s.origin(),
                    block.notifyTag() + " " + s.keyword() + " script already specified - ignoring " + s.parameter(1));
        }
        return before != null;
    }

    /** {@code "COMMAND ARGUMENTS" [USER [GROUP]]}. */
    private @Nullable Script script(Statement s) {
        return users.script(s, Values.command(s.parameter(1)), 2);
    }
}
