// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.Announce;
import java.time.Duration;

/** The four settings of announcements that exist for all and for one instance, in keepalived's words. */
final class AnnounceKeywords {
    private static final int MOST = 255;
    private static final int DAY = 86_400;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private AnnounceKeywords() {}

    static Announce repeat(Values values, Statement s, Announce a, String tag) {
        int repeat = atLeastOne(
                values, s, a.repeat(), tag, tag + s.keyword() + " '" + s.parameter(1) + "' invalid - ignoring");
        return new Announce(repeat, a.delay(), a.refresh(), a.refreshRepeat());
    }

    static Announce delay(Values values, Statement s, Announce a, String tag) {
        Integer seconds = values.integer(s, 1, 0, DAY);
        if (seconds == null) {
            values.complain(s, tag + s.keyword() + " '" + s.parameter(1) + "' invalid - ignoring");
            return a;
        }
        return new Announce(a.repeat(), SECOND.multipliedBy(seconds), a.refresh(), a.refreshRepeat());
    }

    static Announce refresh(Values values, Statement s, Announce a, String tag) {
        Integer seconds = values.integer(s, 1, 0, DAY);
        if (seconds == null) {
            values.complain(s, tag + "Invalid " + s.keyword() + " '" + s.parameter(1) + "' - ignoring");
            return a;
        }
        return new Announce(a.repeat(), a.delay(), SECOND.multipliedBy(seconds), a.refreshRepeat());
    }

    static Announce refreshRepeat(Values values, Statement s, Announce a, String tag) {
        int repeat = atLeastOne(
                values, s, a.refreshRepeat(), tag, tag + s.keyword() + " '" + s.parameter(1) + "' invalid - ignoring");
        return new Announce(a.repeat(), a.delay(), a.refresh(), repeat);
    }

    private static int atLeastOne(Values values, Statement s, int otherwise, String tag, String complaint) {
        Integer number = values.integer(s, 1, 0, Integer.MAX_VALUE);
        if (number == null) {
            values.complain(s, complaint);
            return otherwise;
        }
        if (number == 0) {
            values.complain(s, tag + s.keyword() + " must be greater than 0, setting to 1");
        }
        return Math.min(MOST, Math.max(1, number));
    }
}
