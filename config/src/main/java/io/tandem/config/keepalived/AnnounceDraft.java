// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What lines say about announcements, for all instances or for one. */
final class AnnounceDraft {
    int repeat = Announce.DEFAULT.repeat();
    Duration delay = Announce.DEFAULT.delay();
    Duration refresh = Announce.DEFAULT.refresh();
    int refreshRepeat = Announce.DEFAULT.refreshRepeat();

    @Nullable Integer againRepeat;

    @Nullable Duration againDelay;

    Duration elsewhere = Duration.ZERO;
    boolean everywhere;

    /** One that begins where this stands. */
    AnnounceDraft copy() {
        AnnounceDraft copy = new AnnounceDraft();
        copy.repeat = repeat;
        copy.delay = delay;
        copy.refresh = refresh;
        copy.refreshRepeat = refreshRepeat;
        // keepalived's default for an instance is what holds for all, not what the instance says of takeovers
        copy.againRepeat = againRepeat == null ? Integer.valueOf(repeat) : againRepeat;
        copy.againDelay = againDelay == null ? delay : againDelay;
        copy.elsewhere = elsewhere;
        copy.everywhere = everywhere;
        return copy;
    }

    Announce finish(Pace pace) {
        Again again = new Again(againRepeat == null ? repeat : againRepeat, againDelay == null ? delay : againDelay);
        if (again.equals(new Again(repeat, delay))) {
            again = null;
        }
        return new Announce(repeat, delay, refresh, refreshRepeat, again, pace, elsewhere, everywhere);
    }
}
