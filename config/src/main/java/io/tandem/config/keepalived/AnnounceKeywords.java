// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The settings of announcements that exist for all and for one instance, in keepalived's words. */
final class AnnounceKeywords {
    private static final int MOST = 255;
    private static final int DAY = 86_400;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Values values;

    AnnounceKeywords(Values values) {
        this.values = values;
    }

    /**
     * Declares them.
     *
     * @param prefix of the keywords, {@code vrrp_} for all instances
     * @param of the draft of a block
     * @param tag what messages about a block begin with
     */
    <T> void declare(Keywords<T> keywords, String prefix, Function<T, AnnounceDraft> of, Function<T, String> tag) {
        keywords.onParameter(prefix + "garp_master_repeat", (target, s) -> {
                    AnnounceDraft draft = of.apply(target);
                    draft.repeat = atLeastOne(s, draft.repeat, tag.apply(target));
                })
                .onParameter(prefix + "garp_master_delay", (target, s) -> {
                    AnnounceDraft draft = of.apply(target);
                    Duration delay = seconds(s, tag.apply(target) + "%s '%s' invalid - ignoring");
                    draft.delay = delay == null ? draft.delay : delay;
                })
                .onParameter(prefix + "garp_master_refresh", (target, s) -> {
                    AnnounceDraft draft = of.apply(target);
                    Duration refresh = seconds(s, tag.apply(target) + "Invalid %s '%s' - ignoring");
                    draft.refresh = refresh == null ? draft.refresh : refresh;
                })
                .onParameter(prefix + "garp_master_refresh_repeat", (target, s) -> {
                    AnnounceDraft draft = of.apply(target);
                    draft.refreshRepeat = atLeastOne(s, draft.refreshRepeat, tag.apply(target));
                })
                .onParameter(prefix + "garp_lower_prio_delay", (target, s) -> {
                    AnnounceDraft draft = of.apply(target);
                    Duration delay = seconds(s, tag.apply(target) + "%s '%s' invalid - ignoring");
                    draft.againDelay = delay == null ? draft.againDelay : delay;
                })
                .onParameter(prefix + "garp_lower_prio_repeat", (target, s) -> {
                    AnnounceDraft draft = of.apply(target);
                    Integer repeat = values.integer(s, 1, 0, Integer.MAX_VALUE);
                    if (repeat == null) {
                        complain(s, tag.apply(target) + "Invalid %s '%s'");
                    } else {
                        draft.againRepeat = Math.min(MOST, repeat);
                    }
                })
                .on(
                        prefix + "garp_extra_if",
                        (target, s) -> elsewhere(s, of.apply(target), tag.apply(target), prefix.isEmpty() ? 0 : 1));
    }

    private void elsewhere(Statement s, AnnounceDraft draft, String tag, int least) {
        boolean all = s.parameter(1).equals("all");
        int at = all ? 2 : 1;
        if (s.parameters() < at) {
            values.complain(s, tag + s.keyword() + " specified without time - ignoring");
            return;
        }
        Integer seconds = values.integer(s, at, least, DAY);
        if (seconds == null) {
            values.complain(s, tag + s.keyword() + " '" + s.parameter(at) + "' invalid - ignoring");
        } else {
            draft.elsewhere = SECOND.multipliedBy(seconds);
            draft.everywhere = all;
        }
    }

    private @Nullable Duration seconds(Statement s, String complaint) {
        Integer seconds = values.integer(s, 1, 0, Integer.MAX_VALUE);
        if (seconds == null) {
            complain(s, complaint);
            return null;
        }
        return SECOND.multipliedBy(Math.min(DAY, seconds));
    }

    private int atLeastOne(Statement s, int otherwise, String tag) {
        Integer number = values.integer(s, 1, 0, Integer.MAX_VALUE);
        if (number == null) {
            complain(s, tag + "%s '%s' invalid - ignoring");
            return otherwise;
        }
        if (number == 0) {
            values.complain(s, tag + s.keyword() + " must be greater than 0, setting to 1");
        }
        return Math.min(MOST, Math.max(1, number));
    }

    private void complain(Statement s, String complaint) {
        values.complain(s, complaint.formatted(s.keyword(), s.parameter(1)));
    }
}
