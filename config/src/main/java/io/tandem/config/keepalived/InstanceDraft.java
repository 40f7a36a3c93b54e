// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import io.tandem.config.model.VirtualRule;
import io.tandem.config.text.Origin;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@code vrrp_instance} while its block is read: what the lines said, before they are weighed together. */
final class InstanceDraft implements TrackKeywords.Tracking, NotifyKeywords.Notifying {
    final String name;
    final Origin origin;
    boolean startAsMaster;

    @Nullable String interfaceName;

    int vrid;

    @Nullable Integer priority;

    @Nullable Integer version;

    Duration advertInterval = Duration.ofSeconds(1);

    @Nullable String authType;

    boolean authenticationHeader;

    @Nullable String password;

    @Nullable Statement hmac;

    @Nullable AddressFamily family;

    final List<VirtualAddress> addresses = new ArrayList<>();
    final List<VirtualAddress> excludedAddresses = new ArrayList<>();
    final List<Statement> routeLines = new ArrayList<>();
    final List<VirtualRule> rules = new ArrayList<>();
    final OwnInterfaceKeywords.Draft own = new OwnInterfaceKeywords.Draft();

    boolean preempt = true;
    Duration preemptDelay = Duration.ZERO;

    boolean unicastKeyword;

    @Nullable InetAddress unicastSource;

    final List<InetAddress> unicastPeers = new ArrayList<>();
    final List<PeerTtl> peerTtls = new ArrayList<>();

    @Nullable InetAddress multicastGroup;

    @Nullable Origin multicastOrigin;

    @Nullable Origin nativeIpv6;

    final TrackDraft tracks = new TrackDraft();
    final NotifyDraft notifying = new NotifyDraft();
    final AnnounceDraft announce;
    boolean answerLowerPriority;
    boolean checkUnicastSource;
    boolean strict;
    boolean rfcChecksum;
    int downAdverts;
    boolean answersHigher;
    boolean ownerIgnores;
    boolean minding = true;
    boolean faultWithoutPeer;

    /** Null where nothing is said. */
    @Nullable Boolean accepts;

    @Nullable Integer unicastTtl;

    @Nullable Statement vrf;

    @Nullable Statement withoutAddresses;

    @Nullable String syncGroup;

    InstanceDraft(Statement block, Globals globals) {
        name = block.parameter(1);
        origin = block.origin();
        announce = globals.announce.copy();
        answerLowerPriority = globals.answerLowerPriority;
        checkUnicastSource = globals.checkUnicastSource;
        strict = globals.strict;
        rfcChecksum = globals.rfcChecksum;
        downAdverts = globals.downAdverts;
        answersHigher = globals.answersHigher;
        ownerIgnores = globals.ownerIgnores;
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
        return "(" + name + ")";
    }
}
