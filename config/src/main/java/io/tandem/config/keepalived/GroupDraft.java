// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.text.Origin;
import java.util.ArrayList;
import java.util.List;

/** A {@code vrrp_sync_group} while its block is read. */
final class GroupDraft implements TrackKeywords.Tracking, NotifyKeywords.Notifying {
    final String name;
    final Origin origin;
    final List<String> members = new ArrayList<>();
    final TrackDraft tracks = new TrackDraft();
    final NotifyDraft notifying = new NotifyDraft();
    boolean keepsWeights;
    boolean sharesTracks;

    GroupDraft(Statement block) {
        name = block.parameter(1);
        origin = block.origin();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public TrackDraft tracked() {
        return tracks;
    }

    @Override
    public NotifyDraft notifying() {
        return notifying;
    }

    @Override
    public String notifyTag() {
        return "vrrp group " + name + ":";
    }
}
