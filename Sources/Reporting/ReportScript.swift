/// The page's script: moves the edge between two pictures, copies coordinates. All that is to be read is there without it.
enum ReportScript {
    /// For the content security policy: the SHA-256 of `text`, base64.
    static let hash = "sha256-W3gW+Y4gdTfpOC1R4YHhznbcaHEvFSTfQVgq238/Az0="

    static let text: StaticString = """
        (function () {
          'use strict';
          document.documentElement.classList.add('has-script');
          document.querySelectorAll('.swipe').forEach(function (figure) {
            var stage = figure.querySelector('.stage');
            var control = figure.querySelector('.swipe-control');
            var range = control && control.querySelector('input');
            if (!stage || !range) { return; }
            function place() {
              stage.style.setProperty('--cut', range.value + '%');
              range.setAttribute('aria-valuetext', range.value + ' % of the earlier picture shown');
            }
            function drag(event) {
              var box = stage.getBoundingClientRect();
              range.value = Math.round(100 * (event.clientX - box.left) / box.width);
              place();
            }
            figure.classList.add('is-live');
            control.hidden = false;
            range.addEventListener('input', place);
            stage.addEventListener('pointerdown', function (event) {
              stage.setPointerCapture(event.pointerId);
              drag(event);
            });
            stage.addEventListener('pointermove', function (event) {
              if (stage.hasPointerCapture(event.pointerId)) { drag(event); }
            });
            place();
          });
          document.querySelectorAll('.copy').forEach(function (button) {
            var source = button.parentNode.querySelector('.coordinates');
            if (!source) { return; }
            var word = button.textContent;
            function say(text) {
              button.textContent = text;
              setTimeout(function () { button.textContent = word; }, 2000);
            }
            function select() {
              var range = document.createRange();
              range.selectNodeContents(source);
              var selection = window.getSelection();
              selection.removeAllRanges();
              selection.addRange(range);
              say(document.execCommand('copy') ? 'Copied' : 'Selected');
            }
            button.hidden = false;
            button.addEventListener('click', function () {
              if (navigator.clipboard && window.isSecureContext) {
                navigator.clipboard.writeText(source.textContent).then(function () { say('Copied'); }, select);
              } else {
                select();
              }
            });
          });
        })();
        """
}
