// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import io.tandem.vrrp.election.Action.AnnounceAddresses;
import io.tandem.vrrp.election.Action.AskPeerToTake;
import io.tandem.vrrp.election.Action.InstallAddresses;
import io.tandem.vrrp.election.Action.RemoveAddresses;
import io.tandem.vrrp.election.Action.ReportState;
import io.tandem.vrrp.election.Action.TellPeerRefused;
import io.tandem.vrrp.election.Action.TellPeerTaken;
import io.tandem.vrrp.election.Action.Warn;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The VRRP election of one virtual router (RFC 9568 §6.4), with Tandem's fast paths between peers that share a liveness
 * link. Without such peers, and towards keepalived, it is plain VRRP.
 *
 * <p>Pure: time arrives as {@code nowNs} (monotonic, any origin), effects leave as the returned actions, in the order to
 * perform them. Not thread-safe: owned by the thread of its virtual router. Longer than most classes because every state
 * answers every event, and a reader wants to see them side by side; what counts in any state is in {@link Knowledge}, what a
 * Backup waits for in {@link Waiting}, who hands over to whom in {@link HandingOver}.
 */
public final class Election {
    /** How long a peer may take to answer a hand-over before the standard way is taken. */
    public static final long HAND_OVER_TIMEOUT_NS = 500_000_000L;

    private final Knowledge known;
    private final Waiting waiting;
    private final HandingOver handingOver = new HandingOver();
    private final AdvertSchedule adverts = new AdvertSchedule();
    private final Actions actions = new Actions();
    private State state = State.INITIALIZE;

    /** The router whose advertisements were last heard, thought to be Active. */
    private @Nullable InetAddress activeRouter;

    /** Having handed over, this router preempts nobody until told to rejoin, or until it has to serve again. */
    private boolean handedOver;

    public Election(ElectionConfig config) {
        this.known = new Knowledge(config);
        this.waiting = new Waiting(config);
    }

    /**
     * Takes note of an event.
     *
     * @param nowNs when it is handled, never less than before (as differences go)
     * @return what to do, in this order; often nothing
     */
    public List<Action> on(Event event, long nowNs) {
        if (state == State.ACTIVE && adverts.hasSleptTooLong(known.config(), nowNs)) {
            giveWay(nowNs);
        }
        learnFrom(event, nowNs);
        switch (state) {
            case INITIALIZE -> whileInitialize(event, nowNs);
            case BACKUP -> whileBackup(event, nowNs);
            case ACTIVE -> whileActive(event, nowNs);
            case FAULT -> whileFault(event, nowNs);
        }
        return actions.take();
    }

    public State state() {
        return state;
    }

    /** The priority advertised: configured, as changed by trackers. */
    public int priority() {
        return known.priority();
    }

    /**
     * When to deliver {@link Event.TimerExpired}. Ask again after every event.
     *
     * @param never the answer where there is nothing to wait for
     */
    public long nextWakeNs(long never) {
        return switch (state) {
            case BACKUP -> waiting.nextWakeNs(mayPreempt());
            case ACTIVE -> handingOver.wakeNs(adverts.nextNs());
            case INITIALIZE, FAULT -> never;
        };
    }

    /** The router last heard as Active, or null; this router itself is not meant. */
    public @Nullable InetAddress activeRouter() {
        return activeRouter;
    }

    /** Whether it leaves a lower-priority Active router alone until {@link Event.Rejoin}. */
    public boolean isPreemptionHeld() {
        return known.isHeld() || handedOver;
    }

    /** Whether a peer was asked to take the addresses: its claims to them are no conflict. */
    public boolean isHandingOver() {
        return handingOver.isUnderWay();
    }

    private void learnFrom(Event event, long nowNs) {
        boolean followsOwnInterval = known.config().version() == 2 || activeRouter == null;
        known.learnFrom(event);
        if (event instanceof Event.Rejoin) {
            handedOver = false;
        } else if (event instanceof Event.PriorityChanged) {
            waiting.changePriority(known.priority());
        } else if (event instanceof Event.Reconfigured reconfigured) {
            waiting.reconfigure(reconfigured.config(), known.priority(), followsOwnInterval, nowNs);
        }
    }

    private void whileInitialize(Event event, long nowNs) {
        if (event instanceof Event.Startup) {
            if (!known.isFaulted()) {
                begin(Reason.STARTUP, nowNs);
            } else {
                become(State.FAULT, Reason.FAULT, null);
            }
        } else {
            refuseRelease(event);
        }
    }

    private void whileFault(Event event, long nowNs) {
        if (event instanceof Event.Shutdown || (event instanceof Event.HandOver handOver && handOver.thenStop())) {
            become(State.INITIALIZE, Reason.SHUTDOWN, null);
        } else if (event instanceof Event.Cleared && !known.isFaulted()) {
            begin(Reason.FAULT_CLEARED, nowNs);
        } else {
            refuseRelease(event);
        }
    }

    private void whileBackup(Event event, long nowNs) {
        if (event instanceof Event.Heard heard) {
            hearWhileBackup(heard, nowNs);
        } else if (event instanceof Event.TimerExpired) {
            expireWhileBackup(nowNs);
        } else if (event instanceof Event.PeerGone gone && gone.peer().equals(activeRouter)) {
            takeOverFrom(gone.peer(), Reason.PEER_GONE, known.isBestWithout(gone.peer()), nowNs);
        } else if (event instanceof Event.PeerSeen seen
                && seen.priority() == 0
                && seen.peer().equals(activeRouter)) {
            takeOverFrom(seen.peer(), Reason.PEER_STOPPED, known.isBestWithout(seen.peer()), nowNs);
        } else if (event instanceof Event.PeerReleasing releasing) {
            takeFrom(releasing.peer(), nowNs);
        } else if (event instanceof Event.Fault fault) {
            become(State.FAULT, Reason.FAULT, null, fault.cause());
        } else if (event instanceof Event.Shutdown
                || (event instanceof Event.HandOver handOver && handOver.thenStop())) {
            become(State.INITIALIZE, Reason.SHUTDOWN, null);
        } else if (event instanceof Event.GroupMoved moved && moved.to() == State.ACTIVE) {
            becomeActive(Reason.SYNC_GROUP, null, nowNs);
        } else if (event instanceof Event.Late) {
            waiting.listenAfterSleep(nowNs);
        } else if (event instanceof Event.Rejoin || event instanceof Event.Reconfigured) {
            preemptAtLast(nowNs);
        } else if (event instanceof Event.HoldPreemption) {
            holdPreemption(nowNs);
        } else if (event instanceof Event.HandOver) {
            handedOver = true;
            holdPreemption(nowNs);
        }
    }

    private void whileActive(Event event, long nowNs) {
        if (event instanceof Event.Heard heard) {
            hearWhileActive(heard, nowNs);
        } else if (event instanceof Event.TimerExpired) {
            expireWhileActive(nowNs);
        } else if (event instanceof Event.Fault fault) {
            faultWhileActive(fault);
        } else if (event instanceof Event.Shutdown) {
            stopAdvertising();
            become(State.INITIALIZE, Reason.SHUTDOWN, null);
        } else if (event instanceof Event.HandOver handOver) {
            handOver(handOver.thenStop(), nowNs);
        } else if (event instanceof Event.PeerWants wants && !handingOver.isUnderWay()) {
            askToTake(wants.peer(), false, true, nowNs);
        } else if (event instanceof Event.Yield yielded && !handingOver.isUnderWay()) {
            askToTake(yielded.peer(), false, false, nowNs);
        } else if (event instanceof Event.PeerTook took && handingOver.mayHaveTaken(took.peer())) {
            finishHandOver(took.peer(), nowNs);
        } else if (event instanceof Event.PeerRefused refused && handingOver.isTo(refused.peer())) {
            failHandOver(refused.peer(), nowNs);
        } else if (event instanceof Event.PeerGone gone && handingOver.isTo(gone.peer())) {
            failHandOver(gone.peer(), nowNs);
        } else if (event instanceof Event.PeerLeft left && handingOver.isTo(left.peer())) {
            failHandOver(left.peer(), nowNs);
        } else if (event instanceof Event.PeerReleasing releasing) {
            actions.add(new TellPeerTaken(releasing.peer()));
        } else if (event instanceof Event.Late) {
            giveWay(nowNs);
        } else if (event instanceof Event.GroupMoved moved && moved.to() == State.BACKUP) {
            // No priority 0: who won the leader takes this one along, and other Backups must not race for it.
            actions.add(new RemoveAddresses());
            becomeBackup(Reason.SYNC_GROUP, null, nowNs);
        } else if (event instanceof Event.Reconfigured) {
            // The peers learn a new interval or priority at once, before the old interval could time out.
            advertise(nowNs);
        }
    }

    /** §6.4.1: an owner is Active at once, anyone else listens first. */
    private void begin(Reason reason, long nowNs) {
        if (known.config().isOwner() && !known.isHeld()) {
            becomeActive(Reason.OWNER, null, nowNs);
        } else {
            activeRouter = null;
            becomeBackup(reason, null, nowNs);
        }
    }

    private void hearWhileBackup(Event.Heard heard, long nowNs) {
        if (isIgnored(heard)) {
            return;
        }
        if (heard.priority() == 0) {
            boolean fromActive = heard.source().equals(activeRouter);
            boolean nobodyElseWaits = known.config().twoRouters()
                    || (known.peers().contains(heard.source()) && known.isBestWithout(heard.source()));
            takeOverFrom(heard.source(), Reason.PEER_STOPPED, fromActive && nobodyElseWaits, nowNs);
            return;
        }
        if (activeRouter != null && !heard.source().equals(activeRouter)) {
            warnOfUnknownOwner(heard);
        }
        activeRouter = heard.source();
        if (heard.priority() >= known.priority()) {
            waiting.forgetPreemption();
            accept(heard, nowNs);
        } else if (handedOver || !known.isPreempting()) {
            accept(heard, nowNs);
        } else if (known.config().preemptDelayNs() > 0) {
            waiting.delayPreemption(nowNs);
            accept(heard, nowNs);
        } else if (known.isHeld()) {
            accept(heard, nowNs);
        } else {
            // §6.4.2: discard; the timer that runs decides
            waiting.endsInPreemption();
        }
    }

    private void accept(Event.Heard heard, long nowNs) {
        waiting.follow(heard.intervalNs());
        waiting.restart(nowNs);
    }

    private void expireWhileBackup(long nowNs) {
        if (mayPreempt() && waiting.isDelayOver(nowNs)) {
            becomeActive(Reason.LOWER_PRIORITY_PREEMPTED, activeRouter, nowNs);
        } else if (waiting.isDown(nowNs)) {
            if (waiting.isTooLateToBelieve(nowNs)) {
                waiting.listenAfterSleep(nowNs);
            } else {
                becomeActive(waiting.whenDown(), activeRouter, nowNs);
            }
        }
    }

    /** Something that kept this router from preempting may be gone. */
    private void preemptAtLast(long nowNs) {
        if (known.config().isOwner() && !known.isHeld()) {
            becomeActive(Reason.OWNER, null, nowNs);
        } else if (mayPreempt() && waiting.isDelayOver(nowNs)) {
            becomeActive(Reason.LOWER_PRIORITY_PREEMPTED, activeRouter, nowNs);
        } else {
            holdPreemption(nowNs);
        }
    }

    /** A preemption was under way that is not wanted any more: the lower router lives, so wait for its silence. */
    private void holdPreemption(long nowNs) {
        if (!mayPreempt() && waiting.whenDown() == Reason.LOWER_PRIORITY_PREEMPTED) {
            waiting.restart(nowNs);
        }
    }

    /** The Active router is going or gone. Skew only exists to order several Backups: the best known one needs none. */
    private void takeOverFrom(InetAddress peer, Reason reason, boolean atOnce, long nowNs) {
        if (atOnce) {
            becomeActive(reason, peer, nowNs);
        } else {
            waiting.onlySkew(reason, nowNs);
        }
    }

    /** Planned hand-over: make before break. */
    private void takeFrom(InetAddress peer, long nowNs) {
        handingOver.releasedBy(peer, nowNs);
        becomeActive(Reason.PEER_RELEASING, peer, nowNs);
    }

    private void hearWhileActive(Event.Heard heard, long nowNs) {
        boolean crossed = handingOver.wasReleasedBy(heard.source(), nowNs) && heard.priority() != 0;
        boolean deaf = known.config().ownerIgnores() && known.config().isOwner();
        if (deaf || isIgnored(heard) || crossed) {
            return;
        }
        if (heard.priority() == 0) {
            // §6.4.3: another router was Active too; show the Backups that we are here
            handingOver.forgetRelease();
            if (adverts.mayAnswer(known.config(), nowNs)) {
                advertise(nowNs);
            }
        } else if (handingOver.isTo(heard.source())) {
            finishHandOver(heard.source(), nowNs);
        } else if (known.isBeatenBy(heard)) {
            warnOfUnknownOwner(heard);
            waiting.follow(heard.intervalNs());
            Reason reason =
                    heard.priority() > known.priority() ? Reason.HIGHER_PRIORITY_HEARD : Reason.HIGHER_ADDRESS_HEARD;
            boolean asked = known.config().answersHigher() && reason == Reason.HIGHER_PRIORITY_HEARD;
            if (asked || known.isReunionWith(heard.source())) {
                // Lower than the other's: it will announce its addresses once more, behind our last word.
                actions.advertise(known.priority());
            }
            actions.add(new RemoveAddresses());
            becomeBackup(reason, heard.source(), nowNs);
        } else {
            answerLower(heard, nowNs);
        }
    }

    /** §6.4.3: answer with an advertisement and, as keepalived does, teach switches and neighbours again. */
    private void answerLower(Event.Heard heard, long nowNs) {
        actions.add(new Warn(Warning.SECOND_ACTIVE, heard.source()));
        if (known.config().answerLowerPriority() && adverts.mayAnswer(known.config(), nowNs)) {
            advertise(nowNs);
            actions.add(new AnnounceAddresses());
        }
    }

    private void expireWhileActive(long nowNs) {
        InetAddress asked = handingOver.target();
        if (asked != null && handingOver.isUnanswered(nowNs)) {
            failHandOver(asked, nowNs);
            handingOver.mayTakeYet(asked);
        }
        if (state == State.ACTIVE && adverts.isDue(nowNs)) {
            actions.advertise(known.priority());
            adverts.advertisedOnTime(known.config(), nowNs);
        }
    }

    private void faultWhileActive(Event.Fault fault) {
        if (fault.linkUsable()) {
            actions.advertise(0);
        }
        actions.add(new RemoveAddresses());
        InetAddress best = known.peers().best(null);
        if (best != null) {
            actions.add(new AskPeerToTake(best));
        }
        become(State.FAULT, Reason.FAULT, null, fault.cause());
    }

    private void handOver(boolean thenStop, long nowNs) {
        InetAddress best = known.peers().best(null);
        if (handingOver.isUnderWay()) {
            handingOver.also(thenStop);
        } else if (best != null) {
            askToTake(best, thenStop, true, nowNs);
        } else {
            leave(thenStop, Reason.SHUTDOWN, null, nowNs);
        }
    }

    private void askToTake(InetAddress peer, boolean thenStop, boolean thenHold, long nowNs) {
        handingOver.ask(peer, thenStop, thenHold, nowNs);
        actions.add(new AskPeerToTake(peer));
    }

    private void finishHandOver(InetAddress peer, long nowNs) {
        actions.add(new RemoveAddresses());
        if (handingOver.thenStop()) {
            become(State.INITIALIZE, Reason.HANDED_OVER, peer);
        } else {
            handedOver |= handingOver.thenHold();
            becomeBackup(Reason.HANDED_OVER, peer, nowNs);
        }
    }

    private void failHandOver(InetAddress peer, long nowNs) {
        boolean thenStop = handingOver.thenStop();
        handingOver.end();
        if (thenStop) {
            leave(true, Reason.HAND_OVER_UNANSWERED, peer, nowNs);
        } else {
            actions.add(new Warn(Warning.HAND_OVER_FAILED, peer));
        }
    }

    /** The standard way to go: priority 0, then the addresses. */
    private void leave(boolean thenStop, Reason reason, @Nullable InetAddress peer, long nowNs) {
        stopAdvertising();
        if (thenStop) {
            become(State.INITIALIZE, reason, peer);
        } else {
            handedOver = true;
            becomeBackup(Reason.HANDED_OVER, peer, nowNs);
        }
    }

    private void stopAdvertising() {
        actions.advertise(0);
        actions.add(new RemoveAddresses());
    }

    /** Another router may be Active by now: drop the addresses without a word, hear one interval, then see. */
    private void giveWay(long nowNs) {
        actions.add(new RemoveAddresses());
        becomeBackup(Reason.LATE, null, nowNs);
        waiting.listenAfterSleep(nowNs);
    }

    private void becomeActive(Reason reason, @Nullable InetAddress peer, long nowNs) {
        switch (reason) {
            case LOWER_PRIORITY_PREEMPTED, PEER_RELEASING -> {
                // The other router lives, and drops the addresses when it hears us: by then they are here, and known to
                // be.
                actions.add(new InstallAddresses(true));
                actions.add(new AnnounceAddresses());
                advertise(nowNs);
                if (reason == Reason.PEER_RELEASING && peer != null) {
                    actions.add(new TellPeerTaken(peer));
                }
            }
            default -> {
                advertise(nowNs);
                actions.add(new InstallAddresses(false));
                actions.add(new AnnounceAddresses());
            }
        }
        adverts.begin(known.config(), nowNs);
        waiting.followOwnInterval();
        waiting.forgetPreemption();
        activeRouter = null;
        handedOver = false;
        become(State.ACTIVE, reason, peer);
    }

    private void becomeBackup(Reason reason, @Nullable InetAddress peer, long nowNs) {
        if (peer == null) {
            waiting.followOwnInterval();
        }
        activeRouter = peer;
        waiting.forgetPreemption();
        waiting.restart(nowNs);
        become(State.BACKUP, reason, peer);
    }

    private void become(State to, Reason reason, @Nullable InetAddress peer) {
        become(to, reason, peer, null);
    }

    private void become(State to, Reason reason, @Nullable InetAddress peer, @Nullable String cause) {
        actions.add(new ReportState(new StateChange(state, to, reason, peer, cause)));
        state = to;
        handingOver.end();
        if (to != State.ACTIVE) {
            handingOver.forgetRelease();
        }
    }

    private void advertise(long nowNs) {
        actions.advertise(known.priority());
        adverts.advertised(known.config(), nowNs);
    }

    private void refuseRelease(Event event) {
        if (event instanceof Event.PeerReleasing releasing) {
            actions.add(new TellPeerRefused(releasing.peer()));
        }
    }

    private boolean isIgnored(Event.Heard heard) {
        Warning warning = known.warningAbout(heard);
        if (warning != null) {
            actions.add(new Warn(warning, heard.source()));
        }
        return warning == Warning.OWN_ADDRESS_HEARD || warning == Warning.STRANGER_REFUSED;
    }

    private void warnOfUnknownOwner(Event.Heard heard) {
        if (known.isUnknownOwner(heard)) {
            actions.add(new Warn(Warning.UNKNOWN_OWNER, heard.source()));
        }
    }

    private boolean mayPreempt() {
        return known.isPreempting() && !isPreemptionHeld();
    }
}
